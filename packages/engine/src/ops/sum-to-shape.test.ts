// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { input } from "../graph/leaves.ts";
import { evaluate } from "../testing/interpreter.ts";
import { tabulate } from "../testing/float64-tensor.ts";
import { opCasesList } from "./index.cases.ts";
import { expandLike, sumToShape } from "./index.ts";

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
