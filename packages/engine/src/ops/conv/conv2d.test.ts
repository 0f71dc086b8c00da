// SPDX-License-Identifier: Apache-2.0
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { describe, expect, it } from "vitest";
import { input } from "../../graph/leaves.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Param } from "../../nn/param.ts";
import type { KernelSet } from "../../onnx/kernel-set.ts";
import { contribKernels, nchwcKernels, standardKernels } from "../../onnx/kernel-set.ts";
import { lower } from "../../onnx/lower.ts";
import type { AnyOpCases } from "../../testing/op-cases.ts";
import { conv2dCases } from "./conv2d.cases.ts";
import { conv2d } from "./conv2d.ts";
import { conv2dInputGradientCases } from "./input-gradient.cases.ts";
import { conv2dWeightGradientCases } from "./weight-gradient.cases.ts";

/** Kinds of ONNX operators that do the arithmetic of the samples, `nchwc:Conv` for blocked convolutions. */
function arithmeticOf({ op, samples }: AnyOpCases, kernels: KernelSet): string[] {
  const arithmetic = /^(Conv|ConvTranspose|Gemm|MatMul|FusedMatMul)$/;
  const names = samples.flatMap(({ shapes, attrs }) => {
    const inputs = shapes.map((shape, index) => input(`x${index}`, shape));
    const y = op.apply(inputs, attrs as never)[0]!;
    return lower({ y }, { kernels })
      .nodes.filter(({ type }) => arithmetic.test(type))
      .map(({ type, domain, attributes }) => {
        const isDepthwise = domain === "com.microsoft.nchwc" && attributes["group"] !== 1;
        return `${isDepthwise ? "depthwise " : ""}${domain.replace("com.microsoft.", "")}${domain && ":"}${type}`;
      });
  });
  return [...new Set(names)].sort();
}

describe("the samples of the convolution operators reach every form", () => {
  const blocked = nchwcKernels(16);

  it("of the convolution", () => {
    expect(arithmeticOf(conv2dCases, standardKernels)).toEqual(["Conv", "Gemm"]);
    expect(arithmeticOf(conv2dCases, blocked)).toEqual([
      "Conv",
      "Gemm",
      "depthwise nchwc:Conv",
      "nchwc:Conv",
    ]);
  });

  it("of the input gradient", () => {
    expect(arithmeticOf(conv2dInputGradientCases, standardKernels)).toEqual([
      "Conv",
      "ConvTranspose",
      "MatMul",
    ]);
    expect(arithmeticOf(conv2dInputGradientCases, blocked)).toEqual([
      "Conv",
      "ConvTranspose",
      "MatMul",
      "depthwise nchwc:Conv",
      "nchwc:Conv",
    ]);
  });

  it("of the weight gradient", () => {
    expect(arithmeticOf(conv2dWeightGradientCases, standardKernels)).toEqual(["Conv", "Gemm"]);
    expect(arithmeticOf(conv2dWeightGradientCases, contribKernels)).toContain("com.microsoft:FusedMatMul");
    expect(arithmeticOf(conv2dWeightGradientCases, blocked)).toEqual([
      "Conv",
      "Gemm",
      "com.microsoft:FusedMatMul",
      "depthwise nchwc:Conv",
      "nchwc:Conv",
    ]);
  });
});

describe("a convolution with known weights", () => {
  const shape = [2, 3, 3, 4];
  const weight = new Param(shape, () => new Float32Array(72));
  weight.name = "conv.weight";
  const values = Float32Array.from({ length: 72 }, (_, index) => index);
  const convolve = (x: Tensor): Tensor => conv2d(x, weight.value, null, { padding: 1 });

  it.each([standardKernels, nchwcKernels(16)])("is one plain node with $name kernels", (kernels) => {
    const y = convolve(input("x", ["batch", 4, 8, 8]));
    const { bytes, nodes, paramInputs } = lower(
      { y },
      { kernels, weights: new Map([[weight.name, values]]) },
    );
    expect(nodes.map(({ type, domain }) => `${domain}${type}`)).toEqual(["Conv"]);
    expect(paramInputs.size).toBe(0);
    const [initializer] = fromBinary(ModelProtoSchema, bytes).graph!.initializer;
    expect(initializer!.dims).toEqual([2n, 4n, 3n, 3n]);
    // [out 1, channel 2, row 0, column 1] of OIHW is [out 1, row 0, column 1, channel 2] of OHWI
    const written = new Float32Array(new Uint8Array(initializer!.rawData).buffer);
    expect(written[((1 * 4 + 2) * 3 + 0) * 3 + 1]).toBe(((1 * 3 + 0) * 3 + 1) * 4 + 2);
  });

  it("shares one initializer between two applications", () => {
    const y = convolve(input("x", ["batch", 4, 8, 8]));
    const z = convolve(input("x2", ["batch", 4, 5, 5]));
    const weights = new Map([[weight.name, values]]);
    const { bytes } = lower({ y, z }, { kernels: standardKernels, weights });
    expect(fromBinary(ModelProtoSchema, bytes).graph!.initializer).toHaveLength(1);
  });
});
