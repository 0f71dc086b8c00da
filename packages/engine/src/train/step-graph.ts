// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import type { HostTensor } from "../files/index.ts";
import type { DimBinding } from "../graph/dim.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { LowerOptions } from "../onnx/lower.ts";
import { lower } from "../onnx/lower.ts";
import type { NamedTensors, Runtime, Session, SessionOptions } from "../runtime/runtime.ts";

/** Where and how graphs of a training run are run. */
export interface StepGraphOptions extends Pick<LowerOptions, "scopeOf"> {
  readonly runtime: Runtime;
  readonly binding?: DimBinding;
  readonly session?: SessionOptions;
}

/** How graphs of a training step are loaded. */
export const STEP_SESSION: SessionOptions = { rewritesGraph: false, plansMemory: false };

/** A part of a training step as a model ready to run. */
export class StepGraph {
  private readonly session: Session;

  /** @param session - of a graph that is already lowered */
  constructor(session: Session) {
    this.session = session;
  }

  static async create(
    outputs: Readonly<Record<string, Tensor>>,
    { runtime, binding = {}, session, scopeOf }: StepGraphOptions,
  ): Promise<StepGraph> {
    const named = { name: "train-step", ...(scopeOf ? { scopeOf } : {}) };
    const model = lower(outputs, { kernels: runtime.kernels, binding, ...named });
    return new StepGraph(await runtime.createSession(model.bytes, { ...STEP_SESSION, ...session }));
  }

  /**
   * Runs the graph once on those of the tensors that it reads; see {@link Session}.
   *
   * @throws SemlinkError `missing-input`
   */
  run(tensors: NamedTensors, into: NamedTensors): Promise<NamedTensors> {
    const feeds = this.session.inputNames.map((name) => {
      const tensor = tensors[name];
      if (tensor === undefined) throw missingInput(name, Object.keys(tensors).length);
      return [name, tensor] as const;
    });
    return this.session.run(Object.fromEntries(feeds), into);
  }

  release(): Promise<void> {
    return this.session.release();
  }
}

/** A float tensor over `data`, which is not copied. */
export function floatTensor(shape: readonly number[], data: Float32Array): HostTensor {
  return { dtype: "float32", shape: [...shape], data };
}

/** The error for an input that was not fed. */
export function missingInput(name: string, numFed: number): SemlinkError {
  return new SemlinkError({
    code: "missing-input",
    where: "Trainer.run",
    expected: `a value for "${name}"`,
    actual: `values for ${numFed} other inputs`,
    hint: "feed every input of the objective",
  });
}
