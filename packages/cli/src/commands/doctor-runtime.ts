// SPDX-License-Identifier: Apache-2.0
import { describeError, type KernelSet, type NodeExecutionProvider, type Runtime } from "@semlink/engine";
import type { DoctorCheck } from "./doctor-table.ts";

/**
 * ONNX Runtime, the execution providers that were tried, the kernels of the one that works, and the self-test with
 * every set of kernels that it has.
 */
export async function checkRuntime(provider: NodeExecutionProvider | "auto"): Promise<DoctorCheck[]> {
  try {
    const { contribKernels, standardKernels } = await import("@semlink/engine");
    const { nodeRuntime } = await import("@semlink/engine/node");
    const runtime = await nodeRuntime({ executionProviders: provider === "auto" ? provider : [provider] });
    const { name, executionProvider, kernels, attempts } = runtime;
    const sets = [standardKernels, ...(kernels.contrib ? [contribKernels] : []), kernels];
    const distinct = sets.filter(
      (set, index) => sets.findIndex((other) => other.name === set.name) === index,
    );
    const tests: DoctorCheck[] = [];
    for (const set of distinct) tests.push(await checkKernels({ ...runtime, kernels: set }));
    return [
      { name: "ONNX Runtime", state: "ok", found: name },
      ...attempts.map(({ executionProvider: tried, failure }): DoctorCheck => ({
        name: "execution provider",
        state: failure === null ? "ok" : "warning",
        found: failure === null ? tried : `${tried}: ${failure}`,
      })),
      kernelsFound(kernels, executionProvider),
      ...tests,
    ];
  } catch (error) {
    return [runtimeFailed(error)];
  }
}

function runtimeFailed(error: unknown): DoctorCheck {
  const { code, message } = describeError(error);
  if (code === "no-execution-provider" || code === "backend-wrong-results") {
    const hint =
      "install its driver (for cuda also `npm run setup:cuda`), or leave --execution-provider out to compute on the processor";
    return { name: "execution provider", state: "failed", found: message, hint };
  }
  const hint = "install the dependencies again: npm install";
  return { name: "ONNX Runtime", state: "failed", found: message, hint };
}

function kernelsFound({ name, nchwcBlock }: KernelSet, executionProvider: string): DoctorCheck {
  const check = { name: "kernels" };
  if (nchwcBlock !== null) return { ...check, state: "ok", found: `${name}, channel block ${nchwcBlock}` };
  if (executionProvider !== "cpu") return { ...check, state: "ok", found: name };
  const hint = "everything works, more slowly";
  return { ...check, state: "warning", found: `${name}, no blocked convolutions on this processor`, hint };
}

async function checkKernels(runtime: Runtime): Promise<DoctorCheck> {
  const name = `self-test, ${runtime.kernels.name}`;
  const hint = "these kernels compute something else on this processor; please report this table";
  try {
    const { selfTest } = await import("@semlink/engine/node");
    const { ok, losses, expected, maxDifference } = await selfTest(runtime);
    const difference = maxDifference.toExponential(1);
    if (ok) return { name, state: "ok", found: `3 training steps, losses within ${difference}` };
    const found = `losses ${losses.join(", ")}, expected ${expected.join(", ")}`;
    return { name, state: "failed", found, hint };
  } catch (error) {
    return { name, state: "failed", found: describeError(error).message, hint };
  }
}
