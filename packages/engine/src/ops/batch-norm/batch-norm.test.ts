// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { gradients } from "../../autodiff/gradient.ts";
import { input } from "../../graph/leaves.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { standardKernels } from "../../onnx/kernel-set.ts";
import { lower } from "../../onnx/lower.ts";
import { nodeRuntime } from "../../runtime/node.ts";
import { rngFrom } from "../../random/index.ts";
import { kernelSetsOf, runIn } from "../../testing/check-op-runtime.ts";
import { evaluate } from "../../testing/interpreter.ts";
import { expectClose } from "../../testing/matchers.ts";
import type { Float64Tensor } from "../../testing/op-cases.ts";
import { mul } from "../arithmetic.ts";
import { opCasesList } from "../index.cases.ts";
import { sum } from "../reduce.ts";
import { batchNorm } from "./batch-norm.ts";

const runtime = await nodeRuntime();
const tolerance = { relative: 1e-5, absolute: 1e-6 };

const runningMean = input("runningMean", [2]);
const runningVar = input("runningVar", [2]);
const running: Record<string, Float64Tensor> = {
  runningMean: { shape: [2], data: Float64Array.of(1, -1) },
  runningVar: { shape: [2], data: Float64Array.of(2, 0.5) },
};

function draw(name: string, shape: readonly number[]): Float64Tensor {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return { shape, data: Float64Array.from(rngFrom(5).fold(name).normal(size)) };
}

async function expectAsInterpreted(
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Readonly<Record<string, Float64Tensor>>,
): Promise<void> {
  const expected = evaluate(Object.values(outputs), feeds, opCasesList);
  for (const kernels of kernelSetsOf(runtime)) {
    const actual = await runIn(runtime, kernels, outputs, feeds);
    Object.keys(outputs).forEach((name, index) =>
      expectClose(actual[name]!, expected[index]!.data, tolerance, `${name} with ${kernels.name} kernels`),
    );
  }
}

describe("batchNorm in training", () => {
  it("moves the running statistics by the share not kept, the variance biased", () => {
    const x = input("x", [2, 2]);
    const result = batchNorm(x, null, null, runningMean, runningVar, { training: true, momentum: 0.75 });
    const feeds = { ...running, x: { shape: [2, 2], data: Float64Array.of(0, 1, 4, 3) } };
    const [mean, variance] = evaluate([result.runningMean, result.runningVar], feeds, opCasesList);
    // Channels [0, 4] and [1, 3]: means 2 and 2, biased variances 4 and 1
    expect([...mean!.data]).toEqual([0.75 * 1 + 0.25 * 2, 0.75 * -1 + 0.25 * 2]);
    expect([...variance!.data]).toEqual([0.75 * 2 + 0.25 * 4, 0.75 * 0.5 + 0.25 * 1]);
  });

  it("keeps the statistics of two applications of one layer apart", async () => {
    const [x, z] = [input("x", ["batch", 2, 3, 3]), input("z", ["batch", 2, 3, 3])];
    const first = batchNorm(x, null, null, runningMean, runningVar, { training: true });
    const second = batchNorm(z, null, null, runningMean, runningVar, { training: true });
    const loss = sum(mul(mul(first.y, first.y), second.y));
    const [dx, dz] = gradients(loss, [x, z]) as [Tensor, Tensor];
    const outputs = {
      dx,
      dz,
      firstMean: first.runningMean,
      firstVar: first.runningVar,
      secondMean: second.runningMean,
      secondVar: second.runningVar,
    };
    await expectAsInterpreted(outputs, {
      ...running,
      x: draw("x", [4, 2, 3, 3]),
      z: draw("z", [4, 2, 3, 3]),
    });
  });

  it("leaves constants and the caller's running statistics as they are", async () => {
    const x = input("x", [3, 2, 2, 2]);
    const { y } = batchNorm(x, null, null, runningMean, runningVar, { training: true });
    const old = { unchangedMean: mul(runningMean, 1), unchangedVar: mul(runningVar, 1) };
    await expectAsInterpreted({ y, ...old }, { ...running, x: draw("x", [3, 2, 2, 2]) });
    expect([...running["runningMean"]!.data]).toEqual([1, -1]);
  });

  it("refuses a batch with one value for each channel", () => {
    const x = input("x", [1, 2, 1, 1]);
    expect(() => batchNorm(x, null, null, runningMean, runningVar, { training: true })).toThrow(
      /more than one value for each channel in training, got \[1, 2, 1, 1\]/,
    );
  });
});

describe("batchNorm in evaluation", () => {
  it("uses the running statistics and returns them as they are", async () => {
    const x = input("x", ["batch", 2, 2, 2]);
    const result = batchNorm(x, null, null, runningMean, runningVar, { training: false, epsilon: 1e-3 });
    expect(result.runningMean).toBe(runningMean);
    expect(result.runningVar).toBe(runningVar);
    const [dx] = gradients(sum(mul(result.y, result.y)), [x]);
    await expectAsInterpreted({ y: result.y, dx: dx! }, { ...running, x: draw("x", [3, 2, 2, 2]) });
  });

  it("is one node with standard kernels", () => {
    const x = input("x", ["batch", 2, 2, 2]);
    const { y } = batchNorm(x, null, null, runningMean, runningVar, { training: false });
    expect(lower({ y }, { kernels: standardKernels }).nodes.map(({ type }) => type)).toEqual([
      "BatchNormalization",
    ]);
  });
});
