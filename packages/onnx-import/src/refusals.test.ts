// SPDX-License-Identifier: Apache-2.0
import { input } from "@semlink/engine";
import type { DType, Shape, Tensor } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { built } from "./agreement.fixture.ts";
import { ForeignModel } from "./foreign-model.ts";
import { chain, int64s, onnxFile } from "./onnx-file.fixture.ts";
import type { FileNode, FileParts } from "./onnx-file.fixture.ts";
import { importableOperators } from "./operators/index.ts";

const inputs = { x: { shape: ["batch", 4, 6, 6] } };

const imported = (parts: FileParts, given?: Readonly<Record<string, Tensor>>): unknown =>
  built(parts, { where: "net.onnx" }, given);

const refusal = (code: string, message: RegExp): unknown =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string });

describe("a foreign model refuses, naming the node,", () => {
  const node = (
    type: string,
    attributes: FileNode["attributes"] = {},
    stored: FileParts["stored"] = {},
  ): FileParts => ({
    nodes: [{ type, inputs: ["x", ...Object.keys(stored)], attributes }],
    inputs,
    stored,
  });
  const filter = { filter: { shape: [2, 4, 3, 3], data: new Array<number>(72).fill(1) } };
  it.each<[string, FileParts, string, RegExp]>([
    [
      "an unknown operator",
      node("Reluu"),
      "unsupported-operator",
      /^net\.onnx › y: .*got Reluu \(did you mean "Relu"\?\)$/,
    ],
    ["an operator that nothing resembles", node("Unheard"), "unsupported-operator", /valid: Abs, Add, /],
    [
      "one of another domain",
      { ...node("Relu"), nodes: [{ type: "Relu", inputs: ["x"], domain: "my.ops" }] },
      "unsupported-operator",
      /my\.ops\.Relu/,
    ],
    ["an operator without a gradient", node("NonMaxSuppression"), "unsupported-operator", /option outputs/],
    ["a loop", node("Loop"), "unsupported-operator", /got Loop \(graphs have no loops; unroll it/],
    [
      "windows of another rank than the images",
      node("MaxPool", { kernel_shape: [2] }),
      "unsupported-attribute",
      /^y › MaxPool: .*one size for each of 2 axes, got \[2\]/,
    ],
    [
      "dilations that differ",
      node("Conv", { dilations: [1, 2] }, filter),
      "unsupported-attribute",
      /got 1 and 2/,
    ],
    [
      "strides that differ in a transposed convolution",
      node(
        "ConvTranspose",
        { strides: [1, 2] },
        { filter: { shape: [4, 1, 2, 2], data: new Array<number>(16).fill(1) } },
      ),
      "unsupported-attribute",
      /ConvTranspose/,
    ],
    [
      "normalisation in training",
      {
        ...node(
          "BatchNormalization",
          { training_mode: 1 },
          Object.fromEntries(["a", "b", "c", "d"].map((name) => [name, { shape: [4], data: [1, 1, 1, 1] }])),
        ),
      },
      "unsupported-attribute",
      /training_mode 0/,
    ],
    [
      "weights of groups of channels",
      node("GroupNormalization", { num_groups: 2 }, { weight: { shape: [2], data: [1, 1] } }),
      "operator-set",
      /operator set 21 or newer, got 17/,
    ],
    [
      "dropout in training",
      node(
        "Dropout",
        {},
        { ratio: { shape: [], data: [0.5] }, training: { dtype: "bool", shape: [], data: [1] } },
      ),
      "unsupported-attribute",
      /training_mode false/,
    ],
    [
      "padding that goes round",
      node("Pad", { mode: "wrap" }, { pads: int64s(0, 0, 1, 1, 0, 0, 1, 1) }),
      "unsupported-attribute",
      /got wrap/,
    ],
    [
      "exponents that differ",
      node("Pow", {}, { exponent: { shape: [2], data: [1, 2] } }),
      "unsupported-attribute",
      /one exponent/,
    ],
    ["a cast to text", node("Cast", { to: 8 }), "unsupported-attribute", /element type 8/],
    [
      "a slice of an axis of unknown size",
      node("Slice", {}, { starts: int64s(0), ends: int64s(3) }),
      "symbolic-size",
      /0 to 3 of batch/,
    ],
    [
      "the last item of an unknown number",
      node("Gather", {}, { index: { dtype: "int64", shape: [], data: [-1] } }),
      "symbolic-size",
      /-1 of batch/,
    ],
    [
      "a bound that is no number alone",
      node("Clip", {}, { min: { shape: [2], data: [0, 0] } }),
      "not-scalar",
      /one number as input 1, got 2/,
    ],
  ])("%s", (_name, parts, code, message) => {
    expect(() => imported(parts)).toThrow(refusal(code, message));
  });

  it("a shape that is computed from values", () => {
    const nodes = chain(["Cast", "sizes", ["v"], { to: 7 }], ["Reshape", "y", ["x", "sizes"]]);
    const parts = { nodes, inputs: { ...inputs, v: { shape: [2] } } };
    expect(() => imported(parts)).toThrow(refusal("computed-value", /^y › Reshape: .*input 1/));
  });

  it("operators of shape arithmetic on tensors", () => {
    expect(() => imported(node("Floor"))).toThrow(refusal("computed-value", /^y › Floor/));
  });

  it("sums of symbols and numbers", () => {
    const nodes = chain(
      ["Shape", "shape", ["x"]],
      ["Add", "more", ["shape", "one"]],
      ["Reshape", "y", ["x", "more"]],
    );
    const parts = { nodes, inputs, stored: { one: int64s(1) } };
    expect(() => imported(parts)).toThrow(refusal("symbolic-size", /^more › Add: .*batch and 1/));
  });

  it("sizes that enter arithmetic on tensors while they are symbols", () => {
    const nodes = chain(
      ["Shape", "shape", ["x"]],
      ["Cast", "real", ["shape"], { to: 1 }],
      ["Div", "y", ["x", "real"]],
    );
    expect(() => imported({ nodes, inputs })).toThrow(refusal("symbolic-size", /^y › Div: .*"batch"/));
  });

  it("outputs that only training or post-processing needs", () => {
    const nodes = chain(
      ["MaxPool", "y places", ["x"], { kernel_shape: [2, 2] }],
      ["Cast", "z", ["places"], { to: 1 }],
    );
    const parts = { nodes, inputs, outputs: ["z"] };
    expect(() => imported(parts)).toThrow(refusal("unsupported-output", /"places"/));
  });
});

describe("a foreign model checks its inputs:", () => {
  const parts = { nodes: [{ type: "Relu", inputs: ["x"] }], inputs: { x: { shape: ["batch", 4] } } };
  const x = (shape: Shape, dtype?: DType): Record<string, Tensor> => ({ x: input("x", shape, dtype) });
  it.each<[string, Record<string, Tensor>, string, RegExp]>([
    ["each is there", { y: input("y", [2, 4]) }, "missing-input", /input "x"/],
    ["its element type", x([2, 4], "int64"), "dtype", /expected float32, got int64/],
    ["its rank", x([2, 4, 1]), "input-shape", /expected \[batch, 4\], got \[2, 4, 1\]/],
    ["its fixed sizes", x([2, 5]), "input-shape", /got \[2, 5\]/],
    ["a fixed size is no symbol", x([2, "width"]), "input-shape", /got \[2, width\]/],
  ])("%s", (_name, given, code, message) => {
    expect(() => imported(parts, given)).toThrow(refusal(code, message));
  });

  it("an open size takes any number or symbol", () => {
    expect(imported(parts, x([3, 4]))).toMatchObject({ y: { shape: [3, 4] } });
    expect(imported(parts, x(["items", 4]))).toMatchObject({ y: { shape: ["items", 4] } });
  });
});

describe("names", () => {
  const stored = { weight: { shape: [4], data: [1, 2, 3, 4] } };
  const bytes = onnxFile({ nodes: [{ type: "Mul", inputs: ["x", "weight"] }], inputs, stored });

  it("of values that the graph lacks are refused with the nearest", () => {
    expect(() => new ForeignModel(bytes, { outputs: ["weigth"] })).toThrow(
      refusal("unknown-value", /did you mean "weight"/),
    );
    expect(() => new ForeignModel(bytes).parameter("weigth")).toThrow(
      refusal("unknown-value", /did you mean "weight"/),
    );
  });

  it("of stored tensors are no methods of the layer", () => {
    const file = onnxFile({
      nodes: [{ type: "Mul", inputs: ["x", "forward"] }],
      inputs,
      stored: { forward: { shape: [6], data: [1, 2, 3, 4, 5, 6] } },
    });
    expect(() => new ForeignModel(file)).toThrow(refusal("reserved-name", /"forward"/));
  });

  it("of importable operators are each there once, in order", () => {
    expect([...new Set(importableOperators)].sort()).toEqual(importableOperators);
    expect(importableOperators).toEqual(
      expect.arrayContaining(["Conv", "Gemm", "LayerNormalization", "Range"]),
    );
  });

  it("of nodes that no wanted value needs do not matter", () => {
    const nodes = chain(["Relu", "features", ["x"]], ["NonMaxSuppression", "boxes", ["features"]]);
    const file = onnxFile({ nodes, inputs, outputs: ["boxes"] });
    const model = new ForeignModel(file, { outputs: ["features"] });
    expect(model.outputNames).toEqual(["features"]);
    expect(model.inputs).toEqual([{ name: "x", dtype: "float32", shape: ["batch", 4, 6, 6] }]);
  });
});
