// SPDX-License-Identifier: Apache-2.0
import { describeError, type KernelSet } from "@semlink/engine";
import type { DoctorCheck } from "./doctor-table.ts";

/** ONNX Runtime, its kernels, and the self-test with every set of kernels that this machine has. */
export async function checkRuntime(): Promise<DoctorCheck[]> {
  try {
    const { contribKernels, standardKernels } = await import("@semlink/engine");
    const { nodeRuntime } = await import("@semlink/engine/node");
    const { name, executionProvider, kernels } = await nodeRuntime();
    const sets = [standardKernels, contribKernels, kernels];
    const distinct = sets.filter(
      (set, index) => sets.findIndex((other) => other.name === set.name) === index,
    );
    const tests: DoctorCheck[] = [];
    for (const set of distinct) tests.push(await checkKernels(set));
    return [
      { name: "ONNX Runtime", state: "ok", found: name },
      { name: "execution provider", state: "ok", found: executionProvider },
      kernelsFound(kernels),
      ...tests,
    ];
  } catch (error) {
    const hint = "install the dependencies again: npm install";
    return [{ name: "ONNX Runtime", state: "failed", found: describeError(error).message, hint }];
  }
}

function kernelsFound({ name, nchwcBlock }: KernelSet): DoctorCheck {
  const check = { name: "kernels" };
  if (nchwcBlock !== null) return { ...check, state: "ok", found: `${name}, channel block ${nchwcBlock}` };
  const hint = "everything works, more slowly";
  return { ...check, state: "warning", found: `${name}, no blocked convolutions on this processor`, hint };
}

async function checkKernels(kernels: KernelSet): Promise<DoctorCheck> {
  const name = `self-test, ${kernels.name}`;
  const hint = "these kernels compute something else on this processor; please report this table";
  try {
    const { nodeRuntime, selfTest } = await import("@semlink/engine/node");
    const { ok, losses, expected, maxDifference } = await selfTest(await nodeRuntime({ kernels }));
    const difference = maxDifference.toExponential(1);
    if (ok) return { name, state: "ok", found: `3 training steps, losses within ${difference}` };
    const found = `losses ${losses.join(", ")}, expected ${expected.join(", ")}`;
    return { name, state: "failed", found, hint };
  } catch (error) {
    return { name, state: "failed", found: describeError(error).message, hint };
  }
}
