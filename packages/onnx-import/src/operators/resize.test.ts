// SPDX-License-Identifier: Apache-2.0
import { Build, input } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { expectAgreement } from "../agreement.fixture.ts";
import { ForeignModel } from "../foreign-model.ts";
import { int64s, onnxFile } from "../onnx-file.fixture.ts";
import type { FileAttribute, FileParts } from "../onnx-file.fixture.ts";

type Attributes = Readonly<Record<string, FileAttribute>>;

const image = { x: { shape: ["batch", 2, 5, 6] } };

const toSizes = (height: number, width: number, attributes: Attributes): FileParts => ({
  nodes: [{ type: "Resize", inputs: ["x", "", "", "sizes"], attributes: { ...attributes, axes: [2, 3] } }],
  inputs: image,
  stored: { sizes: int64s(height, width) },
  opset: 18,
});

const byScales = (scales: readonly number[], attributes: Attributes, opset = 13): FileParts => ({
  nodes: [{ type: "Resize", inputs: opset < 11 ? ["x", "scales"] : ["x", "", "scales"], attributes }],
  inputs: image,
  stored: { scales: { shape: [scales.length], data: scales } },
  opset,
});

describe("an imported Resize agrees with ONNX Runtime", () => {
  const linear = { mode: "linear" };
  const cubic = { mode: "cubic" };
  const at = (place: string): Attributes => ({ coordinate_transformation_mode: place });
  it.each<[string, FileParts]>([
    [
      "to the nearest element, as PyTorch asks",
      toSizes(10, 12, { ...at("asymmetric"), nearest_mode: "floor" }),
    ],
    ["to the nearest element, smaller", toSizes(3, 4, { ...at("asymmetric"), nearest_mode: "floor" })],
    ["to the nearest element, half way to the left", toSizes(9, 11, {})],
    ["to the nearest element, half way to the right", toSizes(9, 11, { nearest_mode: "round_prefer_ceil" })],
    ["to the next element", toSizes(9, 11, { nearest_mode: "ceil" })],
    ["linear between centres of pixels", toSizes(8, 9, linear)],
    ["linear, smaller", toSizes(3, 4, linear)],
    [
      "linear, centres as PyTorch counts them, to one",
      toSizes(1, 9, { ...linear, ...at("pytorch_half_pixel") }),
    ],
    ["linear between corners", toSizes(8, 9, { ...linear, ...at("align_corners") })],
    ["linear from the first element on", toSizes(8, 9, { ...linear, ...at("asymmetric") })],
    ["cubic between centres of pixels", toSizes(8, 9, cubic)],
    [
      "cubic between corners, another coefficient",
      toSizes(8, 9, { ...cubic, ...at("align_corners"), cubic_coeff_a: { float: -0.5 } }),
    ],
    ["linear by scales that give no whole sizes", byScales([1, 1, 1.7, 2.3], linear)],
    [
      "linear by scales, the centre kept",
      byScales([1, 1, 1.7, 2.3], { ...linear, ...at("half_pixel_symmetric") }, 19),
    ],
    ["as up to operator set 10", byScales([1, 1, 2, 3], { mode: "nearest" }, 10)],
  ])("%s", (_name, parts) => expectAgreement(parts));

  it.each<[string, FileParts, RegExp]>([
    ["that smooths", toSizes(3, 4, { ...linear, antialias: 1 }), /antialias 0/],
    ["that crops", toSizes(3, 4, { ...linear, ...at("tf_crop_and_resize") }), /tf_crop_and_resize/],
    ["that keeps proportions", toSizes(3, 4, { keep_aspect_ratio_policy: "not_larger" }), /not_larger/],
    ["of a symbolic axis", byScales([2, 1, 1, 1], linear), /axis 0, got batch to 2/],
  ])("and refuses one %s", (_name, parts, message) => {
    const model = new ForeignModel(onnxFile(parts));
    const x = input("x", image.x.shape);
    expect(() => new Build(model, { training: false }).apply(model, { x })).toThrow(message);
  });
});
