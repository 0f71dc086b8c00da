// SPDX-License-Identifier: Apache-2.0
import { describe, it } from "vitest";
import { drawn, expectAgreement } from "./agreement.fixture.ts";
import { chain, int64s } from "./onnx-file.fixture.ts";
import type { FileAttribute } from "./onnx-file.fixture.ts";

type Attributes = Readonly<Record<string, FileAttribute>>;

const tokens = { x: { shape: ["batch", 5, 6] } };

describe("a constant in a node is known", () => {
  it.each<[string, Attributes]>([
    ["as a tensor", { value: { tensor: drawn("c", 6) } }],
    ["as a float", { value_float: { float: 1.5 } }],
    ["as floats", { value_floats: { floats: [1, 2, 3, 4, 5, 6.5] } }],
  ])("%s", (_name, attributes) =>
    expectAgreement({
      inputs: tokens,
      nodes: chain(["Constant", "c", [], attributes], ["Mul", "y", ["x", "c"]]),
    }),
  );

  it.each<[string, Attributes]>([
    ["as an integer", { value_int: 1 }],
    ["as integers", { value_ints: [2, 0] }],
  ])("%s", (_name, attributes) =>
    expectAgreement({
      inputs: tokens,
      nodes: chain(["Constant", "c", [], attributes], ["Gather", "y", ["x", "c"], { axis: 1 }]),
    }),
  );
});

describe("patterns of exporters agree with ONNX Runtime", () => {
  it("layer normalisation written out", () =>
    expectAgreement({
      inputs: tokens,
      stored: {
        weight: drawn("weight", 6),
        bias: drawn("bias", 6),
        two: { shape: [], data: [2] },
        epsilon: { shape: [], data: [1e-5] },
      },
      opset: 14,
      nodes: chain(
        ["ReduceMean", "mean", ["x"], { axes: [-1] }],
        ["Sub", "centred", ["x", "mean"]],
        ["Pow", "squared", ["centred", "two"]],
        ["ReduceMean", "variance", ["squared"], { axes: [-1] }],
        ["Add", "shifted", ["variance", "epsilon"]],
        ["Sqrt", "deviation", ["shifted"]],
        ["Div", "normal", ["centred", "deviation"]],
        ["Mul", "scaled", ["normal", "weight"]],
        ["Add", "y", ["scaled", "bias"]],
      ),
    }));

  it("attention of several heads with a mask", () =>
    expectAgreement({
      inputs: tokens,
      stored: {
        project: drawn("project", 6, 18),
        heads: int64s(0, 5, 3, 2, 3),
        joined: int64s(0, 0, 6),
        zero: int64s(0),
        scale: { shape: [], data: [Math.SQRT1_2] },
        mask: {
          shape: [1, 1, 5, 5],
          data: Array.from({ length: 25 }, (_, at) => (at % 5 > Math.floor(at / 5) ? -1e9 : 0)),
        },
      },
      nodes: chain(
        ["MatMul", "projected", ["x", "project"]],
        ["Reshape", "parts", ["projected", "heads"]],
        ["Transpose", "inOrder", ["parts"], { perm: [2, 0, 4, 1, 3] }],
        ["Split", "q1 k1 v1", ["inOrder"], { axis: 0 }],
        ["Squeeze", "q", ["q1", "zero"]],
        ["Squeeze", "k", ["k1", "zero"]],
        ["Squeeze", "v", ["v1", "zero"]],
        ["Transpose", "kT", ["k"], { perm: [0, 1, 3, 2] }],
        ["MatMul", "products", ["q", "kT"]],
        ["Mul", "scaled", ["products", "scale"]],
        ["Add", "masked", ["scaled", "mask"]],
        ["Softmax", "weights", ["masked"], { axis: -1 }],
        ["MatMul", "mixed", ["weights", "v"]],
        ["Transpose", "back", ["mixed"], { perm: [0, 2, 1, 3] }],
        ["Reshape", "y", ["back", "joined"]],
      ),
    }));

  it("Flatten and Gemm behind a convolution", () =>
    expectAgreement({
      inputs: { x: { shape: ["batch", 2, 4, 4] } },
      stored: { filter: drawn("filter", 3, 2, 2, 2), weight: drawn("weight", 5, 12), bias: drawn("bias", 5) },
      nodes: chain(
        ["Conv", "map", ["x", "filter"], { strides: [2, 2] }],
        ["Flatten", "rows", ["map"]],
        ["Gemm", "y", ["rows", "weight", "bias"], { transB: 1 }],
      ),
    }));

  it("a filter that a convolution and a product share", () =>
    expectAgreement({
      inputs: { x: { shape: ["batch", 2, 4, 4] } },
      stored: { filter: drawn("filter", 3, 2, 2, 2), factor: drawn("factor", 2) },
      nodes: chain(
        ["Mul", "scaled", ["filter", "factor"]],
        ["Conv", "a", ["x", "filter"]],
        ["Conv", "b", ["x", "scaled"]],
        ["Add", "y", ["a", "b"]],
      ),
    }));

  it("an input and a stored tensor handed on as outputs", () =>
    expectAgreement({
      inputs: tokens,
      stored: { table: drawn("table", 2, 3) },
      nodes: chain(["Identity", "same", ["x"]], ["Identity", "copy", ["table"]]),
      outputs: ["same", "copy"],
    }));
});
