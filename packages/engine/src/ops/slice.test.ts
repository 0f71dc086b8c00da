// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { input } from "../graph/leaves.ts";
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
});
