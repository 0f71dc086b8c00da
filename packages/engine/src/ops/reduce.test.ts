// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { constant, input } from "../graph/leaves.ts";
import { evaluate } from "../testing/interpreter.ts";
import { tabulate } from "../testing/op-cases.ts";
import { opCasesList } from "./index.cases.ts";
import { expandLike, sumToShape } from "./index.ts";
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

describe("sumToShape", () => {
  it("returns a gradient that has the shape already", () => {
    const gradient = input("g", ["batch", 3]);
    expect(sumToShape(gradient, input("x", ["batch", 3]))).toBe(gradient);
  });

  it("multiplies what expandLike repeats by the number of copies", () => {
    const shapes = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean()), { maxLength: 4 })
      .chain((axes) => fc.tuple(fc.constant(axes), fc.nat({ max: axes.length })));
    fc.assert(
      fc.property(shapes, ([axes, numLeft]) => {
        const large = axes.map(([size]) => size);
        const small = axes
          .slice(axes.length - numLeft)
          .map(([size, isStretched]) => (isStretched ? 1 : size));
        const x = input("x", small);
        const y = sumToShape(expandLike(x, input("like", large)), x);
        const values = tabulate(small, (_, offset) => offset + 1);
        const copies = large.reduce((a, b) => a * b, 1) / values.data.length;
        const [result] = evaluate([y], { x: values, like: tabulate(large, () => 0) }, opCasesList);
        expect(result).toEqual({ shape: small, data: values.data.map((value) => value * copies) });
      }),
    );
  });

  it("refuses a gradient that the shape does not stretch to", () => {
    expect(() => sumToShape(input("g", [2, 3]), input("x", [2, 4]))).toThrow(
      /expected a gradient to which \[2, 4\] broadcasts, got \[2, 3\]/,
    );
    expect(() => sumToShape(input("g", [3]), input("x", [2, 3]))).toThrow(/got \[3\]/);
  });
});
