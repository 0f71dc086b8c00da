// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { input } from "../../graph/leaves.ts";
import { nchwcKernels } from "../../onnx/kernel-set.ts";
import { lower } from "../../onnx/lower.ts";
import { rngFrom } from "../../random/index.ts";
import { nodeRuntime } from "../../runtime/node.ts";
import { kernelSetsOf, runIn } from "../../testing/check-op-runtime.ts";
import { evaluate } from "../../testing/interpreter.ts";
import { expectClose } from "../../testing/matchers.ts";
import type { Float64Tensor } from "../../testing/op-cases.ts";
import { opCasesList } from "../index.cases.ts";
import { conv2dWeightGradient } from "./weight-gradient.ts";

const runtime = await nodeRuntime();

function draw(name: string, shape: readonly number[]): Float64Tensor {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return { shape, data: Float64Array.from(rngFrom(3).fold(name).normal(size)) };
}

/** The gradient of a 3x3 convolution from 4 to 16 channels on a 32x32 map. */
function gradientOf(batch: number, stride: number): Parameters<typeof evaluate>[0][number] {
  const size = 32 / stride;
  return conv2dWeightGradient(
    input("x", [batch, 4, 32, 32]),
    input("dy", [batch, 16, size, size]),
    input("w", [16, 3, 3, 4]),
    { stride, padding: 1, dilation: 1, groups: 1 },
  );
}

describe("the weight gradient of a batch that is cut into parts", () => {
  it.each([
    { batch: 30, stride: 1, parts: 2 },
    { batch: 32, stride: 1, parts: 2 },
    { batch: 77, stride: 2, parts: 2 },
  ])("is that of the whole batch: $batch images, stride $stride", async ({ batch, stride, parts }) => {
    const dw = gradientOf(batch, stride);
    const size = 32 / stride;
    const feeds = { x: draw("x", [batch, 4, 32, 32]), dy: draw("dy", [batch, 16, size, size]) };
    const [expected] = evaluate([dw], feeds, opCasesList);
    for (const kernels of kernelSetsOf(runtime)) {
      const actual = await runIn(runtime, kernels, { dw }, feeds);
      // Sums of 30,000 products of float32
      expectClose(actual["dw"]!, expected!.data, { relative: 1e-4, absolute: 1e-3 }, kernels.name);
    }
    const nodes = lower({ dw }, { kernels: nchwcKernels(16) }).nodes;
    expect(nodes.filter(({ domain, type }) => domain !== "" && type === "Conv")).toHaveLength(parts);
  });
});
