// SPDX-License-Identifier: Apache-2.0
import { describe, it } from "vitest";
import { drawn, expectAgreement } from "../agreement.fixture.ts";
import { int64s } from "../onnx-file.fixture.ts";
import type { FileAttribute, FileParts } from "../onnx-file.fixture.ts";

type Attributes = Readonly<Record<string, FileAttribute>>;

const tokens = { x: { shape: ["batch", 5, 6] } };
const TO_THE_END = Number(2n ** 63n - 1n - 1023n); // the largest int64 that is a float64, as some exporters write

function one(
  type: string,
  stored: FileParts["stored"] = {},
  attributes: Attributes = {},
  opset = 17,
  inputs: FileParts["inputs"] = tokens,
): FileParts {
  return { nodes: [{ type, inputs: ["x", ...Object.keys(stored)], attributes }], inputs, stored, opset };
}

const outputs = (parts: FileParts, ...names: string[]): FileParts => ({
  ...parts,
  outputs: names,
  nodes: parts.nodes.map((node) => ({ ...node, outputs: names })),
});

describe("imported layout agrees with ONNX Runtime", () => {
  const thin = { x: { shape: ["batch", 1, 6, 1] } };
  const deep = { x: { shape: ["batch", 8, 2, 3] } };
  const wide = { x: { shape: ["batch", 3, 4, 6] } };
  it.each<[string, FileParts]>([
    ["Reshape that copies and infers", one("Reshape", { shape: int64s(0, -1) })],
    ["Reshape that splits an axis", one("Reshape", { shape: int64s(-1, 5, 2, 3) })],
    ["Reshape that merges the batch", one("Reshape", { shape: int64s(-1, 6) })],
    ["Flatten", one("Flatten")],
    ["Flatten of the batch too", one("Flatten", {}, { axis: -1 })],
    ["Flatten to one row", one("Flatten", {}, { axis: 0 })],
    ["Squeeze by attribute", one("Squeeze", {}, { axes: [1] }, 11, thin)],
    ["Squeeze by input", one("Squeeze", { axes: int64s(-1) }, {}, 17, thin)],
    ["Squeeze of all axes of size 1", one("Squeeze", {}, {}, 17, thin)],
    ["Unsqueeze by attribute", one("Unsqueeze", {}, { axes: [0, 3] }, 11)],
    ["Unsqueeze by input", one("Unsqueeze", { axes: int64s(-1, 1) })],
    ["Transpose", one("Transpose", {}, { perm: [1, 0, 2] })],
    ["Transpose to the reverse", one("Transpose")],
    ["Expand to more axes", one("Expand", { shape: int64s(3, 1, 1, 6) })],
    ["Expand of an axis of size 1", one("Expand", { shape: int64s(1, 4, 6, 3) }, {}, 17, thin)],
    ["Tile", one("Tile", { repeats: int64s(1, 2, 3) })],
    ["Tile of the batch", one("Tile", { repeats: int64s(2, 1, 1) })],
    ["the upper triangle", one("Trilu")],
    ["the lower triangle below a diagonal", one("Trilu", { k: { ...int64s(-1), shape: [] } }, { upper: 0 })],
    ["DepthToSpace", one("DepthToSpace", {}, { blocksize: 2 }, 17, deep)],
    ["DepthToSpace by columns", one("DepthToSpace", {}, { blocksize: 2, mode: "CRD" }, 17, deep)],
    ["SpaceToDepth", one("SpaceToDepth", {}, { blocksize: 2 }, 17, wide)],
    ["Concat", one("Concat", {}, { axis: -1 })],
    [
      "Concat with stored values",
      { ...one("Concat", { row: drawn("row", 5, 2) }, { axis: 1 }), inputs: { x: { shape: [5, 6] } } },
    ],
    ["Split by attribute", outputs(one("Split", {}, { axis: 1, split: [2, 3] }, 11), "a", "b")],
    ["Split by input", outputs(one("Split", { sizes: int64s(4, 2) }, { axis: -1 }), "a", "b")],
    ["Split into equal parts", outputs(one("Split", {}, { axis: 2 }), "a", "b", "c")],
    [
      "Split into parts of which the last is smaller",
      outputs(one("Split", {}, { axis: 1, num_outputs: 3 }, 18), "a", "b", "c"),
    ],
    ["Slice by attributes", one("Slice", {}, { axes: [1, 2], starts: [1, -4], ends: [9, -1] }, 9)],
    [
      "Slice from the back, by steps",
      one("Slice", {
        starts: int64s(-4, 0),
        ends: int64s(5, TO_THE_END),
        axes: int64s(1, 2),
        steps: int64s(2, 4),
      }),
    ],
    [
      "Slice of all of the symbolic batch",
      one("Slice", { starts: int64s(0, 1), ends: int64s(TO_THE_END, 3), axes: int64s(0, 1) }),
    ],
    [
      "Slice without axes",
      { ...one("Slice", { starts: int64s(1, 2), ends: int64s(2, 5) }), inputs: { x: { shape: [4, 6] } } },
    ],
    [
      "Slice in reverse",
      one("Slice", { starts: int64s(-1), ends: int64s(-TO_THE_END), axes: int64s(2), steps: int64s(-2) }),
    ],
    ["Gather of one index", one("Gather", { index: { dtype: "int64", shape: [], data: [-2] } }, { axis: 1 })],
    ["Gather of a list", one("Gather", { indices: int64s(2, -1, 2) }, { axis: 2 })],
    [
      "Gather of a table",
      one("Gather", { indices: { dtype: "int64", shape: [2, 2], data: [0, 1, 1, 4] } }, { axis: 1 }),
    ],
    ["Pad by attribute", one("Pad", {}, { pads: [0, 1, 0, 0, 2, 3], value: { float: 0.5 } }, 10)],
    ["Pad by input", one("Pad", { pads: int64s(0, 1, 0, 0, 2, 3), value: { shape: [], data: [-2] } })],
    [
      "Pad of some axes",
      one("Pad", { pads: int64s(1, 2), value: { shape: [], data: [1] }, axes: int64s(-1) }, {}, 18),
    ],
    ["Pad with the border", one("Pad", { pads: int64s(0, 1, 2, 0, 2, 3) }, { mode: "edge" })],
    ["Pad by reflection", one("Pad", { pads: int64s(0, 1, 2, 0, 2, 3) }, { mode: "reflect" })],
    ["Pad that cuts", one("Pad", { pads: int64s(0, -1, 1, 0, 1, -2) })],
  ])("%s", (_name, parts) => expectAgreement(parts));
});

it("Gather of computed indices looks up a stored table", () =>
  expectAgreement(
    {
      nodes: [{ type: "Gather", inputs: ["table", "tokens"] }],
      inputs: { tokens: { dtype: "int64", shape: ["batch", 3] } },
      stored: { table: drawn("table", 7, 4) },
    },
    { tokens: { dtype: "int64", shape: [2, 3], data: BigInt64Array.of(0n, 6n, 6n, 3n, 1n, 0n) } },
  ));
