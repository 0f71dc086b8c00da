// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { built, expectAgreement } from "./agreement.fixture.ts";
import { ForeignModel } from "./foreign-model.ts";
import type { FileAttribute, FileParts } from "./onnx-file.fixture.ts";
import { int64s, onnxFile } from "./onnx-file.fixture.ts";
import { importableOperators, ruleOf } from "./operators/index.ts";

type Attributes = Readonly<Record<string, FileAttribute>>;

function node(type: string, opset: number, numInputs = 1, attributes: Attributes = {}): FileParts {
  const names = ["x", "a", "b", "c", "d"].slice(0, numInputs);
  const inputs = Object.fromEntries(names.map((name) => [name, { shape: [2, 3] }]));
  return { nodes: [{ type, inputs: names, attributes }], inputs, opset };
}

const refusal = (expected: string, actual: string): unknown =>
  expect.objectContaining({ code: "operator-set", where: "old.onnx › y", expected, actual });

describe("an operator whose meaning changed is refused in older operator sets:", () => {
  it.each<[string, number, number, Attributes]>([
    ["Add", 7, 2, { broadcast: 1, axis: 1 }],
    ["Sub", 7, 2, { broadcast: 1, axis: 1 }],
    ["Mul", 7, 2, { broadcast: 1, axis: 1 }],
    ["Div", 7, 2, { broadcast: 1, axis: 1 }],
    ["Pow", 7, 2, { broadcast: 1 }],
    ["Equal", 7, 2, { broadcast: 1 }],
    ["PRelu", 7, 2, {}],
    ["BatchNormalization", 7, 5, { is_test: 0 }],
    ["Dropout", 7, 1, { is_test: 0 }],
    ["Gemm", 7, 3, { broadcast: 1 }],
    ["Reshape", 5, 1, { shape: [3, 2] }],
    ["Pad", 2, 1, { paddings: [0, 0, 1, 1] }],
    ["Concat", 4, 2, {}],
    ["Split", 2, 1, {}],
    ["Cast", 6, 1, { to: "FLOAT" }],
    ["Tile", 6, 3, {}],
    ["Selu", 6, 1, {}],
    ["Upsample", 7, 1, { scales: [1, 2] }],
    ["Resize", 10, 1, {}],
    ["GroupNormalization", 21, 3, { num_groups: 1 }],
    ["GRU", 7, 3, {}],
    ["LSTM", 7, 3, {}],
  ])("%s before set %i", (type, since, numInputs, attributes) => {
    const file = onnxFile(node(type, since - 1, numInputs, attributes));
    expect(() => new ForeignModel(file, { where: "old.onnx" })).toThrow(
      refusal(`${type} of operator set ${since} or newer`, `${since - 1}`),
    );
  });
});

describe("the operator set of a file", () => {
  it("bounds every operator, and the message says what to do", () => {
    for (const type of importableOperators) {
      const { since } = ruleOf(type)!;
      const isStandard = !type.startsWith("com.microsoft.");
      if (!isStandard || since === 1) continue;
      expect(() => new ForeignModel(onnxFile(node(type, since - 1)))).toThrow(
        /or newer, got \d+ \(convert the file: onnx\.version_converter\.convert_version\(model, 21\)\)$/,
      );
    }
  });

  it("must not be newer than those that were looked through", () => {
    expect(() => new ForeignModel(onnxFile(node("Relu", 26)), { where: "old.onnx" })).toThrow(
      refusal("Relu of operator set 25 or older", "26"),
    );
    expect(() => new ForeignModel(onnxFile(node("Upsample", 10)), { where: "old.onnx" })).toThrow(
      refusal("Upsample of operator set 9 or older", "10"),
    );
  });

  it("must be named for the domain of each node", () => {
    const file = onnxFile({ ...node("Relu", 17), domains: ["com.microsoft"] });
    expect(() => new ForeignModel(file, { where: "old.onnx" })).toThrow(
      refusal("Relu of operator set 1 or newer", "a file that names no such set"),
    );
  });

  it("does not speak for an operator that the file defines itself", () => {
    const domain = "com.microsoft";
    const parts = {
      nodes: [{ type: "Gelu", inputs: ["x"], domain }],
      inputs: { x: { shape: [2] } },
      functions: [{ type: "Gelu", inputs: ["x"], domain }],
    };
    expect(() => new ForeignModel(onnxFile(parts))).toThrow(
      /got com\.microsoft\.Gelu, a function of the file .*inline_local_functions/,
    );
  });
});

describe("forms of older operator sets that keep their meaning agree with ONNX Runtime", () => {
  const image = { x: { shape: ["batch", 2, 3, 4] } };
  const one = (
    type: string,
    opset: number,
    attributes: Attributes,
    stored: FileParts["stored"] = {},
  ): FileParts => ({
    nodes: [{ type, inputs: ["x", ...Object.keys(stored)], attributes }],
    inputs: image,
    stored,
    opset,
  });
  const splitInTwo: FileParts = {
    nodes: [{ type: "Split", inputs: ["x"], outputs: ["y", "z"], attributes: { axis: 3, split: [1, 3] } }],
    inputs: image,
    outputs: ["y", "z"],
    opset: 12,
  };
  it.each<[string, FileParts]>([
    ["Clip by attributes", one("Clip", 10, { min: { float: -0.2 }, max: { float: 0.4 } })],
    ["Slice by attributes", one("Slice", 9, { starts: [1, 0], ends: [3, 2], axes: [3, 2] })],
    ["Pad by attributes", one("Pad", 10, { pads: [0, 0, 1, 0, 0, 0, 0, 2], value: { float: 0.5 } })],
    [
      "Squeeze by attributes",
      { ...one("Squeeze", 12, { axes: [1] }), inputs: { x: { shape: ["batch", 1, 3] } } },
    ],
    ["Unsqueeze by attributes", one("Unsqueeze", 12, { axes: [0, 3] })],
    ["ReduceSum by attributes", one("ReduceSum", 12, { axes: [2], keepdims: 0 })],
    ["Split by attributes", splitInTwo],
    ["Upsample by attributes", one("Upsample", 8, { scales: { floats: [1, 1, 2, 3] }, mode: "nearest" })],
    [
      "Upsample by an input",
      one("Upsample", 9, { mode: "linear" }, { scales: { shape: [4], data: [1, 1, 2, 2.5] } }),
    ],
    [
      "Resize of set 10",
      one("Resize", 10, { mode: "linear" }, { scales: { shape: [4], data: [1, 1, 2, 0.5] } }),
    ],
    [
      "TopK by an input",
      {
        ...one("TopK", 10, { axis: 3 }, { k: int64s(2) }),
        nodes: [{ type: "TopK", inputs: ["x", "k"], outputs: ["y", "at"], attributes: { axis: 3 } }],
      },
    ],
    [
      "BatchNormalization of set 7",
      one(
        "BatchNormalization",
        7,
        { spatial: 1 },
        Object.fromEntries(
          ["scale", "shift", "mean", "variance"].map((name) => [name, { shape: [2], data: [0.5, 2] }]),
        ),
      ),
    ],
    ["Dropout of set 7", one("Dropout", 7, { ratio: { float: 0.5 } })],
  ])("%s", (_name, parts) => expectAgreement(parts));
});

describe("what an old BatchNormalization may ask for besides is refused:", () => {
  const statistics = Object.fromEntries(
    ["scale", "shift", "mean", "variance"].map((name) => [name, { shape: [3], data: [1, 1, 1] }]),
  );
  it.each<[string, Attributes, string[], RegExp]>([
    ["statistics of each position", { spatial: 0 }, ["y"], /spatial 1, got 0/],
    ["the outputs of training", {}, ["y", "mean2", "var2"], /one output, got those of training/],
  ])("%s", (_name, attributes, outputs, message) => {
    const nodes = [
      { type: "BatchNormalization", inputs: ["x", ...Object.keys(statistics)], outputs, attributes },
    ];
    const parts = { nodes, inputs: { x: { shape: [2, 3] } }, stored: statistics, opset: 8 };
    expect(() => built(parts)).toThrow(message);
  });
});
