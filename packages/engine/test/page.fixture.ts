// SPDX-License-Identifier: Apache-2.0
// What the test page runs, bundled for the browser; the tests call it by the names in `PageCalls`.
import { describeError, SemlinkError } from "../src/index.ts";
import { withWrongOutput } from "../src/runtime/wrong-output.fixture.ts";
import { type ProvidedRuntime, verifyRuntime, webRuntime, type WebRuntimeOptions } from "../src/web.ts";
import { float16Identity } from "./float16-identity.fixture.ts";
import { trainingLosses, type TrainingGraphName } from "./training-graphs.fixture.ts";

/** What a runtime says of itself. */
export interface RuntimeNames {
  readonly name: string;
  readonly executionProvider: string;
  readonly kernels: string;
}

/** What goes over to the page and comes back, as data; `open` comes first. */
export interface PageCalls {
  readonly open: (options: WebRuntimeOptions) => Promise<RuntimeNames>;
  /** Code and message of the error, or null when the runtime opens. */
  readonly refusal: (options: WebRuntimeOptions) => Promise<{ code: string; message: string } | null>;
  readonly train: (graph: TrainingGraphName) => Promise<number[]>;
  /** Code of the error of the runtime when its outputs are a little wrong. */
  readonly refusalOfWrongOutput: () => Promise<string | null>;
  /** Bits of float16 values that went through a model. */
  readonly float16: (bits: readonly number[]) => Promise<number[]>;
  /** Whether memory can be shared with worker threads. */
  readonly isIsolated: () => Promise<boolean>;
}

let opened: ProvidedRuntime | null = null;

function runtimeOfPage(): ProvidedRuntime {
  if (opened !== null) return opened;
  throw new SemlinkError({ code: "not-open", where: "test page", expected: "a runtime", actual: "none" });
}

const calls: PageCalls = {
  async open(options) {
    opened = await webRuntime(options);
    const { name, executionProvider, kernels } = opened;
    return { name, executionProvider, kernels: kernels.name };
  },
  refusal: (options) => webRuntime(options).then(() => null, describeError),
  train: (graph) => trainingLosses(runtimeOfPage(), graph),
  refusalOfWrongOutput: () =>
    verifyRuntime(withWrongOutput(runtimeOfPage())).then(
      () => null,
      (error: unknown) => describeError(error).code,
    ),
  float16: (bits) => float16Identity(runtimeOfPage(), bits),
  isIsolated: async () => Reflect.get(globalThis, "crossOriginIsolated") === true,
};

Object.assign(globalThis, { semlinkPage: calls });
