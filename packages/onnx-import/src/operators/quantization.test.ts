// SPDX-License-Identifier: Apache-2.0
import { Build, Evaluator, gradients, input, paramsOf, sum } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { expectClose } from "@semlink/engine/testing";
import { describe, expect, it } from "vitest";
import { built, drawn, expectAgreement } from "../agreement.fixture.ts";
import { ForeignModel } from "../foreign-model.ts";
import { chain, onnxFile } from "../onnx-file.fixture.ts";
import type { FileParts, FileTensor } from "../onnx-file.fixture.ts";

const number = (value: number): FileTensor => ({ shape: [], data: [value] });
const bytes = (dtype: "int8" | "uint8", ...data: number[]): FileTensor => ({
  dtype,
  shape: [data.length],
  data,
});
const zero = (dtype: "int8" | "uint8", value: number): FileTensor => ({ dtype, shape: [], data: [value] });

/** Products with weights [4, 3] that the file keeps as bytes, one scale for each column. */
const quantizedWeights: FileParts = {
  inputs: { x: { shape: ["batch", 4, 3] } },
  stored: {
    q: { dtype: "int8", shape: [4, 3], data: [127, -128, 5, 0, 7, -9, 33, 12, 1, -100, 64, -3] },
    scale: { shape: [3], data: [0.02, 0.5, 0.125] },
    zero: bytes("int8", 0, 3, -4),
  },
  nodes: chain(
    ["DequantizeLinear", "weight", ["q", "scale", "zero"], { axis: 1 }],
    ["Mul", "y", ["x", "weight"]],
  ),
};

describe("quantised models agree with ONNX Runtime:", () => {
  const fake = (dtype: "int8" | "uint8", scale: number, offset: number): FileParts => ({
    inputs: { x: { shape: ["batch", 40] } },
    stored: { scale: number(scale), zero: zero(dtype, offset) },
    nodes: chain(
      ["QuantizeLinear", "q", ["x", "scale", "zero"]],
      ["DequantizeLinear", "y", ["q", "scale", "zero"]],
    ),
  });
  it.each<[string, FileParts]>([
    ["weights of bytes, a scale for each column", quantizedWeights],
    ["values through bytes", fake("uint8", 0.02, 128)],
    ["values through signed bytes, most beyond the range", fake("int8", 0.001, 5)],
    [
      "values without a zero point",
      {
        ...fake("uint8", 0.05, 0),
        nodes: chain(["QuantizeLinear", "q", ["x", "scale"]], ["DequantizeLinear", "y", ["q", "scale"]]),
      },
    ],
    [
      "weights that are quantised in the file",
      {
        inputs: { x: { shape: ["batch", 4, 3] } },
        stored: { real: drawn("real", 4, 3), scale: number(0.1), zero: zero("int8", 1) },
        nodes: chain(
          ["QuantizeLinear", "q", ["real", "scale", "zero"]],
          ["DequantizeLinear", "weight", ["q", "scale", "zero"]],
          ["Mul", "y", ["x", "weight"]],
        ),
      },
    ],
  ])("%s", (_name, parts) => expectAgreement(parts));

  it("halves are rounded to even", () => {
    const halves = {
      dtype: "float32" as const,
      shape: [8],
      data: Float32Array.of(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49, 3.51),
    };
    return expectAgreement({ ...fake("int8", 1, 0), inputs: { x: { shape: [8] } } }, { x: halves });
  });
});

describe("quantised weights", () => {
  it("are parameters by the name of what they stand for, and nothing else is", () => {
    const model = new ForeignModel(onnxFile(quantizedWeights), { trainable: true });
    new Build(model, { training: false });
    expect(paramsOf(model).map(({ name, trainable }) => [name, trainable])).toEqual([["weight", true]]);
    expect([...model.weights.get("weight")!.slice(0, 3)]).toEqual(
      [0.02 * 127, 0.5 * -131, 0.125 * 9].map(Math.fround),
    );
  });

  it("in blocks are refused", () => {
    const nodes = chain(["DequantizeLinear", "y", ["q", "scale"], { block_size: 2, axis: 0 }]);
    const stored = { q: bytes("int8", 1, 2, 3, 4), scale: { shape: [2], data: [1, 2] } };
    expect(() => built({ nodes, stored, opset: 21 })).toThrow(/scales of tensors or of channels/);
  });
});

it("the gradient of a QuantizeLinear is that of a line inside its range, and 0 outside", async () => {
  const parts: FileParts = {
    inputs: { x: { shape: [4] } },
    stored: { scale: number(0.1), zero: zero("int8", 0) },
    nodes: chain(
      ["QuantizeLinear", "q", ["x", "scale", "zero"]],
      ["DequantizeLinear", "y", ["q", "scale", "zero"]],
    ),
  };
  const x = input("x", [4]);
  const [dx] = gradients(sum(built(parts, {}, { x })["y"]!), [x]);
  const evaluator = await Evaluator.create({ dx: dx! }, { runtime: await nodeRuntime(), weights: new Map() });
  const data = Float32Array.of(0.34, -0.77, 20, -30);
  const results = await evaluator.run({ x: { dtype: "float32", shape: [4], data } });
  await evaluator.release();
  expectClose(results["dx"]!.data as Float32Array, [1, 1, 0, 0], { relative: 0, absolute: 1e-6 });
});
