// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { Tensor } from "../graph/index.ts";
import { graphCost, input, peakActivationBytes } from "../graph/index.ts";
import { chain, onnxFile } from "../import/onnx-file.fixture.ts";
import type { Param } from "../nn/index.ts";
import { param, zeros } from "../nn/index.ts";
import { add, conv2d, exp, matmul, mean, relu, reshape, sum } from "../ops/index.ts";
import type { NamedTensors } from "../runtime/runtime.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { exportModel } from "./export.ts";
import { readOnnx } from "./inspect.ts";
import type { OnnxCost } from "./model-cost.ts";
import { measureOnnxCost } from "./model-cost.ts";

const runtime = await nodeRuntime();

function measured(bytes: Uint8Array, feeds: NamedTensors): Promise<OnnxCost> {
  return measureOnnxCost(readOnnx(bytes, "test.onnx"), feeds, runtime);
}

function feed(...shape: number[]): NamedTensors {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return { x: { dtype: "float32", shape, data: new Float32Array(size) } };
}

function named(name: string, ...shape: number[]): Param {
  const weight = param(shape, zeros());
  weight.name = name;
  return weight;
}

const image = input("x", ["batch", 2, 4, 4]);
const filter = named("filter", 3, 3, 3, 2);
const matrix = named("matrix", 16, 7);

// Each lowers to one node for each operator.
const graphs: readonly [name: string, y: Tensor][] = [
  ["a chain", mean(relu(matmul(reshape(image, ["batch", 2, 16]), matrix.value)), { axes: [1, 2] })],
  ["a residual sum", sum(add(exp(exp(relu(image))), relu(image)), { axes: [2, 3] })],
  ["a convolution", relu(conv2d(image, filter.value, null, { padding: 1 }))],
];

describe("the cost of a file is that of the graph it was written from", () => {
  it.each(graphs)("%s", async (_name, y) => {
    const weights = new Map(
      [filter, matrix].map(({ name, shape, init }) => [name, init(shape, undefined as never)]),
    );
    const bytes = exportModel({ y }, weights, { name: "test" });
    expect(await measured(bytes, feed(5, 2, 4, 4))).toEqual({
      macs: graphCost({ y }, { batch: 5 }).macs,
      peakActivationBytes: peakActivationBytes({ y }, { batch: 5 }),
    });
  });
});

describe("peak activation memory of a foreign file", () => {
  const inputs = { x: { shape: ["batch", 6] } };

  it("counts values by their element type, and views once", async () => {
    const bytes = onnxFile({
      inputs,
      nodes: chain(
        ["Constant", "six", [], { value: { tensor: { shape: [6], data: [1, 2, 3, 4, 5, 6] } } }],
        ["Greater", "holds", ["x", "six"]],
        ["Unsqueeze", "same", ["holds", "axes"]],
        ["Cast", "y", ["same"], { to: 7 }],
      ),
      stored: { axes: { dtype: "int64", shape: [1], data: [0] } },
    });
    // 12 floats fed, 12 booleans, and 12 integers of 8 bytes made from them.
    expect((await measured(bytes, feed(2, 6))).peakActivationBytes).toBe(12 * 4 + 12 + 12 * 8);
  });

  it("does not count a constant in a node, which is a stored tensor by another name", async () => {
    const six = { value: { tensor: { shape: [6], data: [1, 2, 3, 4, 5, 6] } } };
    const bytes = onnxFile({
      inputs,
      nodes: chain(["Constant", "six", [], six], ["Mul", "y", ["x", "six"]]),
    });
    expect((await measured(bytes, feed(2, 6))).peakActivationBytes).toBe(2 * 48);
  });

  it("counts results that nothing reads, to the end", async () => {
    const nodes = chain(["Relu", "early", ["x"]], ["Exp", "a", ["x"]], ["Exp", "y", ["a"]]);
    const peak = async (outputs: string[]): Promise<number> =>
      (await measured(onnxFile({ inputs, nodes, outputs }), feed(2, 6))).peakActivationBytes;
    expect(await peak(["y"])).toBe(3 * 48);
    expect(await peak(["early", "y"])).toBe(4 * 48);
  });
});
