// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "../files/index.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { KernelSet } from "../onnx/kernel-set.ts";
import { contribKernels, standardKernels } from "../onnx/kernel-set.ts";
import { lower } from "../onnx/lower.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { AppliedSample } from "./applied-sample.ts";
import { applySample, applySymbolically } from "./applied-sample.ts";
import { evaluate } from "./interpreter.ts";
import { expectClose } from "./matchers.ts";
import type { AnyOpCases, Float64Tensor, OpSample } from "./op-cases.ts";

// Spacing of float32 at 1: upstream gradients are of that size, and what is smaller is lost beside them.
const FLOAT32_UNIT = 2 ** -23;

/** Every kernel set that a runtime can run: its own, and those it includes. */
export function kernelSetsOf({ kernels }: Runtime): readonly KernelSet[] {
  const sets = [standardKernels, ...(kernels.contrib ? [contribKernels] : []), kernels];
  return sets.filter((set, index) => sets.findIndex(({ name }) => name === set.name) === index);
}

/**
 * Compares values and vector-Jacobian products of one sample in a runtime's float32 with the float64 references, once
 * with the sample's sizes and once with a symbolic batch where the operator takes one.
 *
 * @throws SemlinkError `not-close`, and what the runtime throws
 */
export async function checkSampleIn(
  runtime: Runtime,
  kernels: KernelSet,
  cases: AnyOpCases,
  sample: OpSample<object>,
  references: readonly AnyOpCases[],
): Promise<void> {
  await compareWithReferences(runtime, kernels, applySample(cases, sample), sample, references);
  const symbolic = applySymbolically(cases, sample);
  if (symbolic) await compareWithReferences(runtime, kernels, symbolic, sample, references);
}

async function compareWithReferences(
  runtime: Runtime,
  kernels: KernelSet,
  { where, outputs, gradients, feeds }: AppliedSample,
  sample: OpSample<object>,
  references: readonly AnyOpCases[],
): Promise<void> {
  const named: Record<string, Tensor> = Object.fromEntries([
    ...outputs.map((tensor, index) => [`y${index}`, tensor] as const),
    ...[...gradients].map(([index, tensor]) => [`d${index}`, tensor] as const),
  ]);
  const expected = evaluate(Object.values(named), feeds, references);
  const actual = await runIn(runtime, kernels, named, feeds);
  const relative = sample.tolerance ?? 1e-5;
  Object.keys(named).forEach((name, index) => {
    const { data } = expected[index]!;
    const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const tolerance = name.startsWith("y")
      ? { relative, absolute: 1e-6 * largest + 1e-9 }
      : { relative: Math.max(relative, 1e-4), absolute: 1e-5 * largest + FLOAT32_UNIT };
    expectClose(actual[name]!, data, tolerance, `${where} (${kernels.name}): ${name}`);
  });
}

/** Lowers and runs a graph; inputs that the graph does not need are not fed. */
export async function runIn(
  runtime: Runtime,
  kernels: KernelSet,
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Readonly<Record<string, Float64Tensor>>,
): Promise<Record<string, Float64Array>> {
  const { bytes, inputs } = lower(outputs, { kernels });
  const session = await runtime.createSession(bytes, { intraOpThreads: 1 });
  try {
    const fed = Object.entries(inputs).map(([name, { dtype }]) => [name, hostTensor(feeds[name]!, dtype)]);
    const results = await session.run(Object.fromEntries(fed) as Record<string, HostTensor>);
    return Object.fromEntries(
      Object.entries(results).map(([name, { data }]) => [
        name,
        Float64Array.from(data as ArrayLike<number>, Number),
      ]),
    );
  } finally {
    await session.release();
  }
}

function hostTensor({ shape, data }: Float64Tensor, dtype: Tensor["dtype"]): HostTensor {
  const sizes = [...shape];
  switch (dtype) {
    case "float32":
      return { dtype, shape: sizes, data: Float32Array.from(data) };
    case "int32":
      return { dtype, shape: sizes, data: Int32Array.from(data) };
    case "int64":
      return { dtype, shape: sizes, data: BigInt64Array.from(data, BigInt) };
    case "bool":
      return { dtype, shape: sizes, data: Uint8Array.from(data) };
  }
}
