// SPDX-License-Identifier: Apache-2.0
import type { OnnxNode } from "./inspect.ts";
import { describe, expect, it } from "vitest";
import { isCounted, isUncounted, macsOf } from "./multiplications.ts";

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
