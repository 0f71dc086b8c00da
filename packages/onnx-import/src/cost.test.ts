// SPDX-License-Identifier: Apache-2.0
import {
  add,
  conv2d,
  exp,
  exportModel,
  graphCost,
  input,
  matmul,
  mean,
  param,
  peakActivationBytes,
  relu,
  reshape,
  sum,
  zeros,
} from "@semlink/engine";
import type { NamedTensors, Param, Tensor } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { describe, expect, it } from "vitest";
import { isCounted, isUncounted, macsOf, measureOnnxCost } from "./cost.ts";
import type { OnnxCost } from "./cost.ts";
import { chain, onnxFile } from "./onnx-file.fixture.ts";
import { readOnnx } from "./onnx-file.ts";
import type { OnnxNode } from "./onnx-file.ts";

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

function node(type: string, integers: OnnxNode["integers"] = {}, domain = ""): OnnxNode {
  return { type, domain, inputs: ["a", "b"], outputs: ["y"], integers };
}

describe("macsOf", () => {
  it.each([
    ["a convolution", node("Conv"), [1, 8, 6, 6], [4, 2, 3, 3], [1, 4, 6, 6], 4 * 36 * 18],
    ["a transposed convolution", node("ConvTranspose"), [1, 8, 3, 3], [8, 4, 2, 2], [1, 4, 6, 6], 72 * 16],
    ["a product", node("MatMul"), [2, 3, 5], [2, 5, 7], [2, 3, 7], 2 * 3 * 7 * 5],
    ["a product with a vector", node("MatMul"), [5], [5, 7], [7], 35],
    ["a Gemm", node("Gemm"), [3, 5], [7, 5], [3, 7], 105],
    ["a Gemm of the transposed", node("Gemm", { transA: 1 }), [5, 3], [5, 7], [3, 7], 105],
    [
      "a fused product with the batch inside",
      node("FusedMatMul", { transA: 1, transBatchA: 1 }, "com.microsoft"),
      [5, 2, 3],
      [2, 5, 7],
      [2, 3, 7],
      2 * 3 * 7 * 5,
    ],
  ])("of %s", (_name, product, a, b, y, macs) => {
    expect(macsOf(product, { a, b, y })).toBe(macs);
  });
});

describe("operators without a rule", () => {
  it.each(["Attention", "Einsum", "LSTM", "GRU", "QLinearConv", "MatMulNBits", "ConvInteger"])(
    "%s multiplies and is not counted",
    (type) => expect([isCounted(node(type)), isUncounted(node(type))]).toEqual([false, true]),
  );

  it.each(["Relu", "Add", "Mul", "ReduceMean", "Softmax", "Transpose"])("%s does not count", (type) => {
    expect([isCounted(node(type)), isUncounted(node(type))]).toEqual([false, false]);
  });
});
