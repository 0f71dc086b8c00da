// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/gradient.ts";
import { input } from "../graph/leaves.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { KernelSet } from "../onnx/kernel-set.ts";
import { contribKernels, standardKernels } from "../onnx/kernel-set.ts";
import { lower } from "../onnx/lower.ts";
import {
  cast,
  crossEntropy,
  gelu,
  layerNorm,
  linear,
  matmul,
  mean,
  relu,
  stopGradient,
  sum,
} from "./index.ts";

const x = input("x", ["batch", 5, 8]);

function typesOf(y: Tensor, kernels: KernelSet = contribKernels): string[] {
  return lower({ y }, { kernels }).nodes.map(({ type }) => type);
}

function backwardTypesOf(y: Tensor): string[] {
  const [gradient] = gradients(y, [x], input("upstream", y.shape));
  return typesOf(gradient!);
}

describe("what is written into the model", () => {
  it("is nothing for stopGradient and a cast to the same type", () => {
    expect(typesOf(relu(cast(stopGradient(x), "float32")))).toEqual(["Relu"]);
  });

  it("is one Gemm for linear on any number of axes", () => {
    const [weight, bias] = [input("w", [3, 8]), input("b", [3])];
    expect(typesOf(linear(x, weight, bias))).toEqual(["Reshape", "Gemm", "Reshape"]);
    expect(typesOf(linear(input("rows", ["batch", 8]), weight, bias))).toEqual(["Gemm"]);
  });

  it("is a fused product for transposed batches, a Transpose where there is none", () => {
    const scores = matmul(x, x, { transB: true });
    expect(typesOf(scores, contribKernels)).toEqual(["FusedMatMul"]);
    expect(typesOf(scores, standardKernels)).toEqual(["Transpose", "MatMul"]);
  });

  it("is one product over all rows for the gradient of a matrix that a batch shares", () => {
    const weight = input("w", [8, 4]);
    const [gradient] = gradients(sum(matmul(x, weight)), [weight]);
    expect(typesOf(gradient!)).toContain("Gemm");
    expect(typesOf(gradient!)).not.toContain("FusedMatMul");
  });

  it("is two casts and a product for the gradient of relu", () => {
    expect(backwardTypesOf(relu(x))).toEqual(["Relu", "Cast", "Cast", "Mul"]);
  });

  it("is nine elementwise passes for the gradient of gelu", () => {
    expect(backwardTypesOf(gelu(x)).sort()).toEqual(
      ["Add", "Div", "Erf", "Exp", "HardSigmoid", "Mul", "Mul", "Mul", "Mul"].sort(),
    );
  });

  it("is at most thirteen nodes for the gradient of layerNorm", () => {
    const y = layerNorm(x, input("w", [8]), input("b", [8]));
    expect(backwardTypesOf(y).length).toBeLessThanOrEqual(13);
  });

  it("holds no OneHot and no Sign", () => {
    const logits = input("z", ["batch", 10]);
    const loss = crossEntropy(logits, input("labels", ["batch"], "int32"));
    const types = typesOf(gradients(loss, [logits])[0]!);
    expect(types.filter((type) => type === "OneHot" || type === "Sign")).toEqual([]);
  });

  it("is a constant for the size of a mean that is known, and counted where it is not", () => {
    expect(typesOf(gradients(mean(x, { axes: [1, 2] }), [x], input("g", ["batch"]))[0]!)).not.toContain(
      "ReduceProd",
    );
    expect(typesOf(gradients(mean(x), [x])[0]!)).toContain("ReduceProd");
  });
});
