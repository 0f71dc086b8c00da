// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "../errors.ts";
import type { KernelSet } from "../onnx/kernel-set.ts";
import { contribKernels, standardKernels } from "../onnx/kernel-set.ts";
import type { Runtime } from "./runtime.ts";

/** Execution providers of onnxruntime-node, the fastest first; which of them are there depends on the machine. */
export const NODE_EXECUTION_PROVIDERS = ["cuda", "coreml", "dml", "webgpu", "cpu"] as const;

/** Name of one of the {@link NODE_EXECUTION_PROVIDERS}. */
export type NodeExecutionProvider = (typeof NODE_EXECUTION_PROVIDERS)[number];

/** One execution provider that was tried. */
export interface ProviderAttempt {
  readonly executionProvider: string;
  /** Why it is not used; null for the one that is. */
  readonly failure: string | null;
}

/** A runtime on the first execution provider that works, with what was tried before. */
export interface ProvidedRuntime extends Runtime {
  /** In the order of trying; the last one is the runtime's own. */
  readonly attempts: readonly ProviderAttempt[];
}

/** An attempt as one line: `webgpu: chosen`, or `cuda: not used, <reason>`. */
export function describeAttempt({ executionProvider, failure }: ProviderAttempt): string {
  return `${executionProvider}: ${failure === null ? "chosen" : `not used, ${failure}`}`;
}

/**
 * The runtime of the first provider whose `open` does not throw.
 *
 * @param where - package named in the error
 * @param open - makes the runtime of one provider, and proves that it works
 * @param onNotice - called with each attempt as one line
 * @throws SemlinkError `no-execution-provider` when none works; `backend-wrong-results` when the only one asked for
 * computes something else
 */
export async function openFirstProvider<P extends string>(
  where: string,
  providers: readonly P[],
  open: (executionProvider: P) => Promise<Runtime>,
  onNotice?: (line: string) => void,
): Promise<ProvidedRuntime> {
  const attempts: ProviderAttempt[] = [];
  const record = (attempt: ProviderAttempt): void => {
    attempts.push(attempt);
    onNotice?.(describeAttempt(attempt));
  };
  let cause: unknown;
  for (const executionProvider of providers) {
    try {
      const runtime = await open(executionProvider);
      record({ executionProvider, failure: null });
      return { ...runtime, attempts };
    } catch (error) {
      cause = error;
      record({ executionProvider, failure: reasonOf(error) });
    }
  }
  if (providers.length === 1 && describeError(cause).code === "backend-wrong-results") throw cause;
  throw new SemlinkError({
    code: "no-execution-provider",
    where,
    expected: `an execution provider that works, out of ${providers.join(", ") || "none"}`,
    actual: attempts.map(describeAttempt).join("; ") || "nothing to try",
    hint: "cpu works in Node and wasm in browsers, on every machine",
    cause,
  });
}

function reasonOf(error: unknown): string {
  const text = error instanceof SemlinkError && error.code === "session-failed" ? error.actual : null;
  return (text ?? describeError(error).message).replace(/\s+/g, " ").trim();
}

/** Throws when a runtime does not compute right. Given by who opens a runtime: the test trains, and training needs one. */
export type RuntimeCheck = (runtime: Runtime) => Promise<void>;

/** What decides the kernels of a provider that is not probed for blocked convolutions. */
export interface KernelChoice {
  /** Use these, and only check that they compute right. */
  readonly kernels?: KernelSet | undefined;
  /** Whether kernels beyond the standard are worth a try; on a GPU they would run on the CPU, values going to and fro. */
  readonly triesContrib: boolean;
  readonly verify: RuntimeCheck;
}

/**
 * A runtime with the largest set of kernels that passes a check.
 *
 * @param withKernels - the runtime, as it is with these kernels
 * @throws SemlinkError what the check throws of the standard kernels, or of those asked for
 */
export async function verifiedRuntime(
  withKernels: (kernels: KernelSet) => Runtime,
  { kernels, triesContrib, verify }: KernelChoice,
): Promise<Runtime> {
  const runtime = withKernels(kernels ?? standardKernels);
  await verify(runtime);
  if (kernels !== undefined || !triesContrib) return runtime;
  const larger = withKernels(contribKernels);
  try {
    await verify(larger);
    return larger;
  } catch {
    return runtime; // which computes right, with standard operators alone
  }
}
