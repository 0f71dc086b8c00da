// SPDX-License-Identifier: Apache-2.0
import { Build, input } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { drawn, expectAgreement } from "../agreement.fixture.ts";
import { ForeignModel } from "../foreign-model.ts";
import { int64s, onnxFile } from "../onnx-file.fixture.ts";
import type { FileAttribute, FileParts, FileTensor } from "../onnx-file.fixture.ts";

const inputs = { x: { shape: [3, 4] } };

const one = (
  type: string,
  stored: NonNullable<FileParts["stored"]>,
  attributes: Readonly<Record<string, FileAttribute>> = {},
  outputs = ["y"],
): FileParts => ({
  nodes: [{ type, inputs: ["x", ...Object.keys(stored)], outputs, attributes }],
  inputs,
  stored,
  outputs,
  opset: 18,
});

const places = (rows: number, ...data: number[]): FileTensor => ({
  dtype: "int64",
  shape: [rows, data.length / rows],
  data,
});

describe("an imported operator along an axis agrees with ONNX Runtime", () => {
  const axis: FileTensor = { dtype: "int64", shape: [], data: [1] };
  const both = ["y", "places"];
  it.each<[string, FileParts]>([
    ["the largest elements and where they are", one("TopK", { k: int64s(2) }, {}, both)],
    ["the smallest elements of a column", one("TopK", { k: int64s(2) }, { axis: 0, largest: 0 }, both)],
    ["where the largest is", one("ArgMax", {}, { axis: 1, keepdims: 0 })],
    ["where the smallest is", one("ArgMin", {}, { axis: -2 })],
    ["a running sum", one("CumSum", { axis })],
    ["a running sum from the end, without itself", one("CumSum", { axis }, { reverse: 1, exclusive: 1 })],
    ["elements by place", one("GatherElements", { at: places(3, 0, 3, 1, 1, 2, 2) }, { axis: 1 })],
    [
      "elements from the back, of some rows",
      one("GatherElements", { at: places(2, -1, 0, -2, 1) }, { axis: -1 }),
    ],
    [
      "elements put in place",
      one(
        "ScatterElements",
        { at: places(3, 0, 3, 1, -2, 2, 0), updates: drawn("updates", 3, 2) },
        { axis: 1 },
      ),
    ],
    [
      "elements added to what is there",
      one(
        "ScatterElements",
        { at: places(3, 1, 1, 0, 3, 2, 2), updates: drawn("updates", 3, 2) },
        { axis: 1, reduction: "add" },
      ),
    ],
  ])("%s", (_name, parts) => expectAgreement(parts));

  it("refuses to scatter products", () => {
    const stored = { at: places(3, 0, 1, 2), updates: drawn("updates", 3, 1) };
    const model = new ForeignModel(onnxFile(one("ScatterElements", stored, { axis: 1, reduction: "mul" })));
    expect(() => new Build(model, { training: false }).apply(model, { x: input("x", [3, 4]) })).toThrow(
      /reduction none or add, got mul/,
    );
  });
});
