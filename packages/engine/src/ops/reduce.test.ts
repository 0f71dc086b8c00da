// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { constant, input } from "../graph/leaves.ts";
import { max, mean, sum } from "./reduce.ts";

const x = input("x", ["batch", 3, 4]);

describe("sum, mean and max", () => {
  it.each([
    ["sum", sum],
    ["mean", mean],
    ["max", max],
  ])("%s takes axes from either end, in any order, and all axes by default", (_name, reduce) => {
    expect(reduce(x, { axes: -1 }).shape).toEqual(["batch", 3]);
    expect(reduce(x, { axes: [2, 0] }).shape).toEqual([3]);
    expect(reduce(x, { axes: [-1, 2], keepDims: true }).shape).toEqual(["batch", 3, 1]);
    expect(reduce(x).shape).toEqual([]);
  });

  it("leave a tensor alone that has no axis to reduce", () => {
    const scalar = constant(3);
    expect(sum(scalar)).toBe(scalar);
    expect(mean(x, { axes: [] })).toBe(x);
  });

  it("refuse an axis that is not there", () => {
    expect(() => sum(x, { axes: 3 })).toThrow(
      /ReduceSum: expected an axis of -3 to 2, got axis 3 with rank 3/,
    );
  });
});
