// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { input } from "../graph/leaves.ts";
import { float64Tensor } from "../testing/op-cases.ts";
import { evaluate } from "../testing/interpreter.ts";
import { opCasesList } from "./index.cases.ts";
import { pad, slice } from "./slice.ts";

const x = input("x", ["batch", 7]);

describe("slice", () => {
  it("counts negative places from the back", () => {
    expect(slice(x, { axis: -1, start: -3 }).shape).toEqual(["batch", 3]);
    expect(slice(x, { axis: 1, end: -2, step: 2 }).shape).toEqual(["batch", 3]);
  });

  it("is its input when everything is taken", () => {
    expect(slice(x, { axis: 1, start: 0, end: 7 })).toBe(x);
  });

  it("refuses an axis whose size is known only at run time", () => {
    expect(() => slice(x, { axis: 0, end: 1 })).toThrow(
      /expected an axis whose size is a number, got axis 0 of \[batch, 7\] \(split takes equal parts/,
    );
  });
});

describe("pad", () => {
  it("leaves axes of unknown size alone", () => {
    expect(
      pad(x, {
        pads: [
          [0, 0],
          [1, 2],
        ],
      }).shape,
    ).toEqual(["batch", 10]);
    expect(() =>
      pad(x, {
        pads: [
          [1, 0],
          [0, 0],
        ],
      }),
    ).toThrow(/Pad: expected an axis whose size is a number/);
  });

  it("is its input when nothing is added", () => {
    expect(
      pad(x, {
        pads: [
          [0, 0],
          [0, 0],
        ],
      }),
    ).toBe(x);
  });

  it.each([
    ["constant", [9, 9, 9, 9, 9, 1, 2, 9, 9, 3, 4, 9, 9, 5, 6, 9]],
    ["edge", [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]],
    ["reflect", [4, 3, 4, 3, 2, 1, 2, 1, 4, 3, 4, 3, 6, 5, 6, 5]],
  ] as const)("fills around a matrix, corners included: %s", (mode, expected) => {
    const matrix = input("matrix", [3, 2]);
    const pads = [
      [1, 0],
      [1, 1],
    ] as const;
    const feeds = { matrix: float64Tensor([3, 2], [1, 2, 3, 4, 5, 6]) };
    const [padded] = evaluate([pad(matrix, { pads, mode, value: 9 })], feeds, opCasesList);
    expect(padded!.shape).toEqual([4, 4]);
    expect([...padded!.data]).toEqual(expected);
  });

  it("asks for a pair of counts for each axis in every mode", () => {
    expect(() => pad(x, { pads: [[1, 1]], mode: "edge" })).toThrow(
      /Pad: expected a pair of counts for each axis of \[batch, 7\], got \[\[1,1\]\]/,
    );
  });

  it("leaves axes of unknown size alone when it copies the border", () => {
    const around = (count: number): readonly [number, number][] => [
      [count, 0],
      [1, 2],
    ];
    expect(pad(x, { pads: around(0), mode: "edge" }).shape).toEqual(["batch", 10]);
    expect(() => pad(x, { pads: around(1), mode: "edge" })).toThrow(
      /BorderPad: expected an axis whose size is a number, got axis 0 of \[batch, 7\]/,
    );
  });
});
