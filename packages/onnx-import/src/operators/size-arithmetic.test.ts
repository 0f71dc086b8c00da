// SPDX-License-Identifier: Apache-2.0
import { describe, it } from "vitest";
import { drawn, expectAgreement } from "../agreement.fixture.ts";
import { chain, int64s } from "../onnx-file.fixture.ts";
import type { FileParts } from "../onnx-file.fixture.ts";

const tokens = { x: { shape: ["batch", 5, 6] } };

const index = (data: number): { dtype: "int64"; shape: number[]; data: number[] } => ({
  dtype: "int64",
  shape: [],
  data: [data],
});

describe("arithmetic on shapes follows while the graph is built, the batch symbolic", () => {
  it.each<[string, FileParts]>([
    [
      "heads of attention, their width by division",
      {
        inputs: tokens,
        stored: {
          zero: index(0),
          one: index(1),
          two: index(2),
          heads: index(3),
          headList: int64s(3),
          first: int64s(0),
        },
        nodes: chain(
          ["Shape", "shape", ["x"]],
          ["Gather", "batch", ["shape", "zero"]],
          ["Gather", "length", ["shape", "one"]],
          ["Gather", "width", ["shape", "two"]],
          ["Div", "headWidth", ["width", "heads"]],
          ["Unsqueeze", "a", ["batch", "first"]],
          ["Unsqueeze", "b", ["length", "first"]],
          ["Unsqueeze", "c", ["headWidth", "first"]],
          ["Concat", "target", ["a", "b", "headList", "c"], { axis: 0 }],
          ["Reshape", "y", ["x", "target"]],
        ),
      },
    ],
    [
      "rows of all items, by a product with the batch",
      {
        inputs: tokens,
        stored: { zero: index(0), one: index(1), two: index(2), first: int64s(0), rest: int64s(-1) },
        nodes: chain(
          ["Shape", "shape", ["x"]],
          ["Gather", "batch", ["shape", "zero"]],
          ["Gather", "length", ["shape", "one"]],
          ["Mul", "rows", ["batch", "length"]],
          ["Unsqueeze", "a", ["rows", "first"]],
          ["Concat", "target", ["a", "rest"], { axis: 0 }],
          ["Reshape", "y", ["x", "target"]],
        ),
      },
    ],
    [
      "a class token stretched to the batch, -1 keeping a size",
      {
        inputs: tokens,
        stored: {
          token: drawn("token", 1, 1, 6),
          zero: int64s(0),
          one: int64s(1),
          keep: int64s(-1, -1),
          minus: index(-1),
        },
        nodes: chain(
          ["Shape", "shape", ["x"]],
          ["Slice", "batch", ["shape", "zero", "one"]],
          ["Concat", "asked", ["batch", "keep"], { axis: 0 }],
          ["Shape", "rank", ["asked"]],
          ["ConstantOfShape", "ones", ["rank"], { value: { tensor: { ...int64s(1), shape: [1] } } }],
          ["Mul", "wild", ["ones", "minus"]],
          ["Equal", "isWild", ["asked", "wild"]],
          ["Where", "target", ["isWild", "ones", "asked"]],
          ["Expand", "y", ["token", "target"]],
        ),
      },
    ],
    [
      "zeros of the size of the batch",
      {
        inputs: tokens,
        stored: { two: index(2), first: int64s(0), four: int64s(4) },
        nodes: chain(
          ["Shape", "shape", ["x"], { start: 0, end: 2 }],
          ["Concat", "target", ["shape", "four"], { axis: 0 }],
          ["ConstantOfShape", "y", ["target"], { value: { tensor: { shape: [1], data: [1.5] } } }],
        ),
      },
    ],
    [
      "scale by the root of a width",
      {
        inputs: tokens,
        stored: { two: index(2), half: { shape: [], data: [-0.5] } },
        nodes: chain(
          ["Shape", "shape", ["x"]],
          ["Gather", "width", ["shape", "two"]],
          ["Cast", "real", ["width"], { to: 1 }],
          ["Pow", "scale", ["real", "half"]],
          ["Mul", "y", ["x", "scale"]],
        ),
      },
    ],
    [
      "positions of a range, compared and chosen",
      {
        inputs: tokens,
        stored: {
          zero: index(0),
          one: index(1),
          three: index(3),
          low: drawn("low", 5, 6),
          high: drawn("high", 5, 6),
          last: int64s(1),
        },
        nodes: chain(
          ["Shape", "shape", ["x"]],
          ["Gather", "length", ["shape", "one"]],
          ["Range", "positions", ["zero", "length", "one"]],
          ["Less", "isEarly", ["positions", "three"]],
          ["Unsqueeze", "mask", ["isEarly", "last"]],
          ["Where", "table", ["mask", "low", "high"]],
          ["Add", "y", ["x", "table"]],
        ),
      },
    ],
    [
      "half of a width from the back, rounded towards zero",
      {
        inputs: tokens,
        stored: { back: index(-2), two: index(2), first: int64s(0), axis: int64s(1) },
        nodes: chain(
          ["Shape", "shape", ["x"]],
          ["Gather", "length", ["shape", "back"]],
          ["Div", "half", ["length", "two"]],
          ["Unsqueeze", "end", ["half", "first"]],
          ["Slice", "y", ["x", "first", "end", "axis"]],
        ),
      },
    ],
    [
      "a table of a node, its axes in another order",
      {
        inputs: tokens,
        nodes: chain(
          ["Constant", "table", [], { value: { tensor: drawn("table", 6, 1, 5) } }],
          ["Transpose", "turned", ["table"], { perm: [1, 2, 0] }],
          ["Mul", "y", ["x", "turned"]],
        ),
      },
    ],
    [
      "sizes rounded down, negated, of which the largest counts",
      {
        inputs: tokens,
        stored: { six: { shape: [], data: [3.7] }, zero: int64s(0), five: index(5), axis: int64s(1) },
        nodes: chain(
          ["Floor", "three", ["six"]],
          ["Cast", "whole", ["three"], { to: 7 }],
          ["Neg", "negative", ["whole"]],
          ["Mod", "rest", ["negative", "five"]],
          ["Max", "most", ["rest", "whole", "negative"]],
          ["Unsqueeze", "last", ["most", "zero"]],
          ["Slice", "y", ["x", "zero", "last", "axis"]],
        ),
      },
    ],
    [
      "the number of all elements",
      {
        inputs: { x: { shape: [4, 6] } },
        stored: {},
        nodes: chain(
          ["Shape", "shape", ["x"]],
          ["ReduceProd", "count", ["shape"], { keepdims: 0 }],
          ["Size", "size", ["x"]],
          ["Add", "twice", ["count", "size"]],
          ["Cast", "real", ["twice"], { to: 1 }],
          ["Div", "y", ["x", "real"]],
        ),
      },
    ],
  ])("%s", (_name, parts) => {
    const { nodes } = parts;
    return expectAgreement({ ...parts, outputs: [nodes.at(-1)!.outputs![0]!] });
  });
});
