// SPDX-License-Identifier: Apache-2.0
import { Build, square, sum } from "@semlink/engine";
import { float64Tensor, gradcheck } from "@semlink/engine/testing";
import { describe, it } from "vitest";
import { drawn } from "../agreement.fixture.ts";
import { ForeignModel } from "../foreign-model.ts";
import { chain, int64s, onnxFile } from "../onnx-file.fixture.ts";
import type { FileAttribute, FileParts } from "../onnx-file.fixture.ts";

const image = { x: { shape: [1, 2, 4, 5] } };

function one(
  type: string,
  inputs: NonNullable<FileParts["inputs"]>,
  attributes: Readonly<Record<string, FileAttribute>>,
  opset = 19,
): FileParts {
  return { nodes: [{ type, inputs: Object.keys(inputs), attributes }], inputs, opset };
}

const withFilter = (...shape: number[]): NonNullable<FileParts["inputs"]> => ({
  ...image,
  filter: { shape },
});

describe("importers that build several operators have the gradient of their value", () => {
  it.each<[string, FileParts]>([
    [
      "Conv, pads and strides that differ",
      one("Conv", withFilter(4, 1, 2, 3), { group: 2, strides: [2, 1], pads: [0, 1, 2, 0] }),
    ],
    [
      "ConvTranspose, pads that differ",
      one("ConvTranspose", withFilter(2, 3, 2, 2), { strides: [2, 2], pads: [0, 1, 1, 0] }),
    ],
    [
      "MaxPool, pads that differ",
      one("MaxPool", image, { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 1, 2, 0] }),
    ],
    [
      "AveragePool, sizes rounded up",
      one("AveragePool", image, { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
    ],
    ["LeakyRelu", one("LeakyRelu", image, { alpha: { float: 0.3 } })],
    ["Elu", one("Elu", image, {})],
    ["Gelu by tanh", one("Gelu", image, { approximate: "tanh" }, 20)],
    [
      "InstanceNormalization",
      one("InstanceNormalization", { ...image, scale: { shape: [2] }, bias: { shape: [2] } }, {}),
    ],
    [
      "LayerNormalization of two axes",
      one("LayerNormalization", { ...image, scale: { shape: [4, 5] }, bias: { shape: [4, 5] } }, { axis: 2 }),
    ],
    ["ReduceMin", one("ReduceMin", image, { axes: [2] }, 13)],
    ["ReduceL2", one("ReduceL2", image, { axes: [1] }, 13)],
    [
      "Expand",
      {
        ...one("Expand", { x: { shape: [2, 1, 3] } }, {}),
        nodes: chain(["Expand", "y", ["x", "shape"]]),
        stored: { shape: int64s(2, 2, 4, 1) },
      },
    ],
    [
      "Gather of one index",
      {
        ...one("Gather", image, {}),
        nodes: chain(["Gather", "y", ["x", "at"], { axis: 3 }]),
        stored: { at: { dtype: "int64", shape: [], data: [-2] } },
      },
    ],
    [
      "Slice in reverse",
      {
        ...one("Slice", image, {}),
        nodes: chain(["Slice", "y", ["x", "from", "to", "axis", "step"]]),
        stored: { from: int64s(-1), to: int64s(-9), axis: int64s(3), step: int64s(-2) },
      },
    ],
    [
      "Resize by cubic interpolation",
      {
        ...one("Resize", image, {}),
        nodes: chain(["Resize", "y", ["x", "", "", "sizes"], { mode: "cubic", axes: [2, 3] }]),
        stored: { sizes: int64s(6, 3) },
      },
    ],
    [
      "ScatterElements in place",
      {
        ...one("ScatterElements", { x: { shape: [2, 3] }, updates: { shape: [2, 2] } }, {}),
        nodes: chain(["ScatterElements", "y", ["x", "at", "updates"], { axis: 1 }]),
        stored: { at: { dtype: "int64", shape: [2, 2], data: [0, 2, 1, 0] } },
      },
    ],
    [
      "GRU with the reset gate before the product",
      one(
        "GRU",
        { x: { shape: [3, 2, 2] }, weight: { shape: [1, 6, 2] }, stateWeight: { shape: [1, 6, 2] } },
        { hidden_size: 2 },
      ),
    ],
    [
      "Pad that cuts",
      {
        ...one("Pad", image, {}),
        nodes: chain(["Pad", "y", ["x", "pads"]]),
        stored: { pads: int64s(0, 1, -1, 0, 0, 0, 1, -2) },
      },
    ],
  ])("%s", (_name, parts) => {
    const model = new ForeignModel(onnxFile(parts));
    const point = Object.fromEntries(
      Object.entries(parts.inputs ?? {}).map(([name, { shape }]) => {
        const { data } = drawn(name, ...(shape as number[]));
        return [name, float64Tensor(shape as number[], data)];
      }),
    );
    gradcheck((inputs) => {
      const y = new Build(model, { training: false }).apply(model, inputs)["y"]!;
      return sum(square(y));
    }, point);
  });
});
