// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { built } from "./agreement.fixture.ts";
import { ForeignModel } from "./foreign-model.ts";
import { chain, onnxFile } from "./onnx-file.fixture.ts";
import type { FileAttribute, FileParts, FileTensor } from "./onnx-file.fixture.ts";
import { importableOperators } from "./operators/index.ts";

/** Whatever a damaged or foolish file asks for is built, or refused in words. */
function expectWords(build: () => unknown): void {
  try {
    build();
  } catch (error) {
    if (!(error instanceof SemlinkError)) throw error;
  }
}

const inputs = {
  scalar: { shape: [] },
  row: { shape: ["batch", 4] },
  image: { shape: [2, 4, 4, 6] },
  count: { dtype: "int64" as const, shape: [2] },
};
const stored: Readonly<Record<string, FileTensor>> = {
  number: { shape: [], data: [2] },
  vector: { shape: [4], data: [1, 0.5, 2, -1] },
  matrix: { shape: [4, 4], data: Array.from({ length: 16 }, (_, at) => at / 8 - 1) },
  filter: { shape: [4, 4, 1, 3], data: new Array<number>(48).fill(0.5) },
  whole: { dtype: "int64", shape: [], data: [1] },
  sizes: { dtype: "int64", shape: [2], data: [-1, 4] },
  bytes: { dtype: "int8", shape: [4], data: [1, -2, 3, 4] },
  nothing: { dtype: "int64", shape: [0], data: [] },
};
const attributes = [
  "axis",
  "keepdims",
  "group",
  "blocksize",
  "num_groups",
  "hidden_size",
  "to",
  "k",
  "upper",
  "ceil_mode",
  "transB",
  "axes",
  "perm",
  "kernel_shape",
  "strides",
  "pads",
  "split",
  "dilations",
  "mode",
  "equation",
  "direction",
  "auto_pad",
  "epsilon",
  "alpha",
  "value",
  "scales",
];

const value = fc.oneof<fc.Arbitrary<FileAttribute>[]>(
  fc.integer({ min: -3, max: 9 }),
  fc.array(fc.integer({ min: -2, max: 5 }), { maxLength: 5 }),
  fc.constantFrom("", "ij,jk->ik", "SAME_UPPER", "linear", "bidirectional"),
  fc.double({ min: -2, max: 2, noNaN: true }).map((float) => ({ float })),
  fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { maxLength: 4 }).map((floats) => ({ floats })),
  fc.constant({ tensor: { shape: [2], data: [1, 2] } }),
);

describe("a file that makes no sense is refused in words:", () => {
  it.each(importableOperators.map((type) => [type]))("%s", (type) => {
    const names = ["", ...Object.keys(inputs), ...Object.keys(stored)];
    const [domain, plain] = type.startsWith("com.microsoft.")
      ? ["com.microsoft", type.slice("com.microsoft.".length)]
      : ["", type];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...names), { maxLength: 6 }),
        fc.dictionary(fc.constantFrom(...attributes), value, { maxKeys: 4 }),
        fc.constantFrom(9, 17, 23, 25),
        (given, chosen, opset) => {
          const nodes = [{ type: plain, domain, inputs: given, attributes: chosen }];
          expectWords(() => built({ nodes, inputs, stored, opset, domains: ["", "com.microsoft"] }));
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  const relu = { nodes: [{ type: "Relu", inputs: ["x"] }], inputs: { x: { shape: [2] } } };
  it.each<[string, FileParts, string, RegExp]>([
    [
      "a size of -1",
      { ...relu, nodes: chain(["Mul", "y", ["x", "w"]]), stored: { w: { shape: [-1], data: [1] } } },
      "corrupt-file",
      /tensor "w": expected sizes of at least 0 .*got \[-1\]/,
    ],
    [
      "a size of 2^40",
      { ...relu, nodes: chain(["Mul", "y", ["x", "w"]]), stored: { w: { shape: [2 ** 40], data: [1] } } },
      "corrupt-file",
      /expected 1099511627776 values, got 1/,
    ],
    [
      "a size of 2^40 in a node",
      {
        ...relu,
        nodes: chain(
          ["Constant", "w", [], { value: { tensor: { shape: [2 ** 40], data: [1] } } }],
          ["Mul", "y", ["x", "w"]],
        ),
      },
      "corrupt-file",
      /expected 1099511627776 values, got 1/,
    ],
    [
      "sizes whose product no number holds",
      {
        ...relu,
        nodes: chain(["Mul", "y", ["x", "w"]]),
        stored: { w: { shape: [2 ** 40, 2 ** 40], data: [] } },
      },
      "corrupt-file",
      /whose product can be counted/,
    ],
    [
      "a constant of 2^40 zeros",
      {
        ...relu,
        stored: { shape: { dtype: "int64", shape: [1], data: [2 ** 40] } },
        nodes: chain(["ConstantOfShape", "w", ["shape"]], ["Mul", "y", ["x", "w"]]),
      },
      "too-large",
      /got 1099511627776/,
    ],
    [
      "a range of 2^40 numbers",
      {
        ...relu,
        stored: {
          from: { dtype: "int64", shape: [], data: [0] },
          to: { dtype: "int64", shape: [], data: [2 ** 40] },
          step: { dtype: "int64", shape: [], data: [1] },
        },
        nodes: chain(["Range", "y", ["from", "to", "step"]]),
      },
      "too-large",
      /got 1099511627776/,
    ],
    [
      "a normalisation with three inputs",
      {
        ...relu,
        inputs: { x: { shape: [2, 4] } },
        stored: { a: { shape: [4], data: [1, 1, 1, 1] }, b: { shape: [4], data: [0, 0, 0, 0] } },
        nodes: chain(["BatchNormalization", "y", ["x", "a", "b"]]),
      },
      "missing-input",
      /^y › BatchNormalization: expected a value for input 3, got none$/,
    ],
  ])("%s", (_name, parts, code, message) => {
    expect(() => built(parts)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }),
    );
  });

  it("bytes of a file in disorder", () => {
    const bytes = onnxFile({
      ...relu,
      stored: { w: { shape: [2], data: [1, 2] } },
      nodes: chain(["Mul", "y", ["x", "w"]]),
    });
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
        const damaged = bytes.slice();
        damaged[at] = byte;
        expectWords(() => new ForeignModel(damaged));
      }),
      { numRuns: 400, seed: 1 },
    );
  });
});
