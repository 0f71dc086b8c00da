// SPDX-License-Identifier: Apache-2.0
import { describe, it } from "vitest";
import { drawn, expectAgreement } from "../agreement.fixture.ts";
import { int64s } from "../onnx-file.fixture.ts";
import type { FileAttribute, FileParts } from "../onnx-file.fixture.ts";

type Attributes = Readonly<Record<string, FileAttribute>>;

const image = { x: { shape: ["batch", 4, 7, 8] } };
const matrix = { x: { shape: ["batch", 6] } };

/** One node on `x` and stored tensors. */
function one(
  type: string,
  inputs: FileParts["inputs"],
  stored: FileParts["stored"] = {},
  attributes: Attributes = {},
  opset = 17,
): FileParts {
  const nodes = [{ type, inputs: ["x", ...Object.keys(stored)], attributes }];
  return { nodes, inputs: inputs!, stored, opset };
}

const conv = (kernel: readonly [number, number], attributes: Attributes, groups = 1): FileParts =>
  one(
    "Conv",
    image,
    { weight: drawn("weight", 6, 4 / groups, ...kernel), bias: drawn("bias", 6) },
    { group: groups, ...attributes },
  );

const convTranspose = (kernel: readonly [number, number], attributes: Attributes, groups = 1): FileParts =>
  one(
    "ConvTranspose",
    image,
    { weight: drawn("weight", 4, 3, ...kernel), bias: drawn("bias", 3 * groups) },
    { group: groups, ...attributes },
  );

describe("an imported convolution agrees with ONNX Runtime", () => {
  it.each<[string, FileParts]>([
    ["with padding", conv([3, 3], { pads: [1, 1, 1, 1] })],
    ["with groups and dilation", conv([3, 3], { pads: [2, 2, 2, 2], dilations: [2, 2] }, 2)],
    ["with strides", conv([3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] })],
    ["with strides that differ", conv([3, 3], { strides: [2, 3], pads: [1, 1, 1, 1] })],
    ["with pads that differ", conv([3, 3], { strides: [2, 2], pads: [0, 1, 2, 0] })],
    ["with a window that is no square", conv([1, 5], { pads: [0, 2, 0, 2], dilations: [3, 1] })],
    ["padded to the same size, more below", conv([3, 3], { auto_pad: "SAME_UPPER", strides: [2, 2] })],
    ["padded to the same size, more above", conv([2, 2], { auto_pad: "SAME_LOWER" })],
    ["without padding", conv([3, 3], { auto_pad: "VALID" })],
    [
      "over sequences",
      one(
        "Conv",
        { x: { shape: ["batch", 4, 9] } },
        { weight: drawn("weight", 6, 2, 3) },
        { group: 2, strides: [2], pads: [2, 0], dilations: [2] },
      ),
    ],
    ["transposed", convTranspose([3, 3], {})],
    ["transposed, with strides", convTranspose([3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] })],
    [
      "transposed, with output padding",
      convTranspose([3, 2], { strides: [2, 2], pads: [1, 0, 1, 0], output_padding: [1, 1] }),
    ],
    ["transposed, with pads that differ", convTranspose([3, 3], { strides: [2, 2], pads: [0, 1, 2, 0] })],
    ["transposed, with groups and dilation", convTranspose([2, 2], { dilations: [2, 2] }, 2)],
    [
      "transposed, over sequences",
      one(
        "ConvTranspose",
        { x: { shape: ["batch", 4, 5] } },
        { weight: drawn("weight", 4, 2, 4) },
        { strides: [3], pads: [1, 1], output_padding: [1] },
      ),
    ],
  ])("%s", (_name, parts) => expectAgreement(parts));
});

describe("imported pooling agrees with ONNX Runtime", () => {
  const pool = (type: string, attributes: Attributes, opset = 17): FileParts =>
    one(type, image, {}, attributes, opset);
  it.each<[string, FileParts]>([
    ["maximum", pool("MaxPool", { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })],
    ["maximum, sizes rounded up", pool("MaxPool", { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 })],
    [
      "maximum, a last window in padding left out",
      pool("MaxPool", { kernel_shape: [2, 2], strides: [3, 3], pads: [1, 1, 1, 1], ceil_mode: 1 }),
    ],
    [
      "maximum, pads that differ",
      pool("MaxPool", { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 1, 2, 0] }),
    ],
    ["maximum, strides that differ", pool("MaxPool", { kernel_shape: [3, 3], strides: [1, 2] })],
    ["maximum, padded to the same size", pool("MaxPool", { kernel_shape: [2, 2], auto_pad: "SAME_UPPER" })],
    ["mean", pool("AveragePool", { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })],
    [
      "mean that counts padding",
      pool("AveragePool", { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }),
    ],
    [
      "mean, pads that differ",
      pool("AveragePool", { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 1, 2, 0] }),
    ],
    [
      "mean, pads that differ and count",
      pool("AveragePool", { kernel_shape: [3, 3], pads: [0, 1, 2, 0], count_include_pad: 1 }),
    ],
    [
      "mean, sizes rounded up",
      pool("AveragePool", { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }, 19),
    ],
    [
      "mean, sizes rounded up, counting padding",
      pool(
        "AveragePool",
        { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1, count_include_pad: 1 },
        19,
      ),
    ],
    ["mean, strides that differ", pool("AveragePool", { kernel_shape: [2, 2], strides: [2, 1] })],
    [
      "maximum of windows that are no square",
      pool("MaxPool", { kernel_shape: [2, 3], strides: [2, 1], pads: [1, 0, 0, 1] }),
    ],
    [
      "maximum of windows with gaps, sizes rounded up",
      pool("MaxPool", { kernel_shape: [2, 2], dilations: [2, 3], strides: [2, 2], ceil_mode: 1 }),
    ],
    [
      "mean of windows that are no square",
      pool("AveragePool", { kernel_shape: [3, 2], strides: [2, 3], pads: [1, 1, 1, 0] }),
    ],
    [
      "mean of windows that are no square, counting padding",
      pool("AveragePool", { kernel_shape: [1, 3], pads: [0, 1, 0, 1], count_include_pad: 1 }),
    ],
    [
      "mean of windows with gaps",
      pool("AveragePool", { kernel_shape: [2, 2], dilations: [3, 2], pads: [1, 1, 1, 1] }, 19),
    ],
    [
      "maximum over sequences",
      one(
        "MaxPool",
        { x: { shape: ["batch", 4, 9] } },
        {},
        { kernel_shape: [3], strides: [2], pads: [1, 1] },
      ),
    ],
    [
      "mean over volumes",
      one(
        "AveragePool",
        { x: { shape: ["batch", 2, 4, 3, 5] } },
        {},
        { kernel_shape: [2, 1, 2], strides: [2, 1, 1] },
      ),
    ],
    ["mean of each channel", pool("GlobalAveragePool", {})],
    ["maximum of each channel", pool("GlobalMaxPool", {})],
  ])("%s", (_name, parts) => expectAgreement(parts));
});

describe("an imported matrix product agrees with ONNX Runtime", () => {
  const gemm = (
    b: readonly [number, number],
    c: readonly number[] | null,
    attributes: Attributes,
  ): FileParts =>
    one("Gemm", matrix, { b: drawn("b", ...b), ...(c ? { c: drawn("c", ...c) } : {}) }, attributes);
  const product = (a: readonly (number | string)[], b: readonly number[]): FileParts =>
    one("MatMul", { x: { shape: a } }, { b: drawn("b", ...b) });
  it.each<[string, FileParts]>([
    ["a linear layer of PyTorch", gemm([5, 6], [5], { transB: 1 })],
    ["a linear layer without bias", gemm([5, 6], null, { transB: 1 })],
    ["not transposed", gemm([6, 5], [5], {})],
    ["with factors", gemm([5, 6], [5], { transB: 1, alpha: { float: 0.5 }, beta: { float: 3 } })],
    ["with one number for all", gemm([5, 6], [1], { transB: 1 })],
    ["with a column", { ...gemm([5, 6], [2, 1], { transB: 1 }), inputs: { x: { shape: [2, 6] } } }],
    [
      "of the transposed",
      one("Gemm", { x: { shape: [6, "batch"] } }, { b: drawn("b", 6, 5) }, { transA: 1 }),
    ],
    ["of rows in three axes", product(["batch", 3, 6], [6, 5])],
    ["with a batch on the right", product(["batch", 3, 6], [4, 1, 6, 5])],
    ["a vector times a matrix", product([6], [6, 5])],
    ["a matrix times a vector", product(["batch", 3, 6], [6])],
  ])("%s", (_name, parts) => expectAgreement(parts));
});

describe("an imported normalisation agrees with ONNX Runtime", () => {
  const vectors = (...names: string[]): NonNullable<FileParts["stored"]> =>
    Object.fromEntries(
      names.map((name) => [
        name,
        { shape: [4], data: drawn(name, 4).data.map((value) => Math.abs(value) + 0.3) },
      ]),
    );
  const statistics = vectors("weight", "bias", "mean", "variance");
  it.each<[string, FileParts]>([
    ["over images", one("BatchNormalization", image, statistics, { epsilon: { float: 0.01 } })],
    ["over rows", one("BatchNormalization", { x: { shape: ["batch", 4] } }, statistics)],
    [
      "of instances",
      one("InstanceNormalization", image, vectors("weight", "bias"), { epsilon: { float: 0.01 } }),
    ],
    [
      "of the last axis",
      one(
        "LayerNormalization",
        image,
        { weight: drawn("weight", 8), bias: drawn("bias", 8) },
        { epsilon: { float: 0.01 } },
      ),
    ],
    ["of three axes", one("LayerNormalization", image, { weight: drawn("weight", 4, 7, 8) }, { axis: 1 })],
    ["of groups", one("GroupNormalization", image, vectors("weight", "bias"), { num_groups: 2 }, 21)],
    ["by root mean square", one("RMSNormalization", image, { weight: drawn("weight", 8) }, {}, 23)],
    ["by the Euclidean norm", one("LpNormalization", image, {}, { axis: 1 })],
    ["by the sum of magnitudes", one("LpNormalization", image, {}, { p: 1 })],
    ["softmax of the last axis", one("Softmax", image)],
    ["softmax of a middle axis", one("Softmax", image, {}, { axis: 1 })],
    ["softmax of all axes from the second, as up to operator set 12", one("Softmax", image, {}, {}, 11)],
    ["logarithm of softmax", one("LogSoftmax", image, {}, { axis: -2 })],
    ["logarithm of softmax, as up to operator set 12", one("LogSoftmax", image, {}, { axis: 2 }, 11)],
  ])("%s", (_name, parts) => expectAgreement(parts));
});

describe("an imported reduction agrees with ONNX Runtime", () => {
  it.each<[string, FileParts]>([
    ["mean over axes of an attribute", one("ReduceMean", image, {}, { axes: [2, -1] })],
    ["mean over axes of an input", one("ReduceMean", image, { axes: int64s(1, 3) }, { keepdims: 0 }, 18)],
    ["mean over everything", one("ReduceMean", image, {}, { keepdims: 0 })],
    ["sum over axes of an input", one("ReduceSum", image, { axes: int64s(-1) })],
    ["sum over the symbolic batch", one("ReduceSum", image, { axes: int64s(0) }, { keepdims: 0 })],
    ["sum over no axes", one("ReduceSum", image, {}, { noop_with_empty_axes: 1 })],
    ["squares over no axes", one("ReduceSumSquare", image, {}, { noop_with_empty_axes: 1 }, 18)],
    ["magnitudes over no axes", one("ReduceL1", image, {}, { noop_with_empty_axes: 1 }, 18)],
    ["maximum", one("ReduceMax", image, {}, { axes: [1] })],
    ["minimum", one("ReduceMin", image, {}, { axes: [1], keepdims: 0 })],
    ["sum of magnitudes", one("ReduceL1", image, {}, { axes: [1] })],
    ["Euclidean norm", one("ReduceL2", image, {}, { axes: [-1] })],
    ["sum of squares", one("ReduceSumSquare", image, {}, { axes: [-1] })],
    ["logarithm of a sum of exponentials", one("ReduceLogSumExp", image, {}, { axes: [1], keepdims: 0 })],
  ])("%s", (_name, parts) => expectAgreement(parts));
});
