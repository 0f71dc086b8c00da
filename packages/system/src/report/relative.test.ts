// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Measured } from "../results/results.ts";
import { ratioOf } from "./relative.ts";

function measured(value: number, low: number, high: number): Measured {
  return { value, low, high, n: 1000, confidence: 0.95, method: "wilson" };
}

const anyMeasured = fc
  .tuple(fc.double({ min: 0.05, max: 0.9, noNaN: true }), fc.double({ min: 0, max: 0.04, noNaN: true }))
  .map(([value, half]) => measured(value, value - half, value + half));

describe("ratioOf", () => {
  it("is the stated formula", () => {
    const ratio = ratioOf(measured(0.8, 0.78, 0.81), measured(0.9, 0.89, 0.92));
    expect(ratio?.value).toBeCloseTo(8 / 9, 12);
    const down = Math.sqrt(Math.log(0.8 / 0.78) ** 2 + Math.log(0.92 / 0.9) ** 2);
    const up = Math.sqrt(Math.log(0.81 / 0.8) ** 2 + Math.log(0.9 / 0.89) ** 2);
    expect(ratio?.low).toBeCloseTo(Math.exp(Math.log(8 / 9) - down), 12);
    expect(ratio?.high).toBeCloseTo(Math.exp(Math.log(8 / 9) + up), 12);
  });

  it("has its value inside its interval", () => {
    fc.assert(
      fc.property(anyMeasured, anyMeasured, (a, b) => {
        const ratio = ratioOf(a, b);
        return ratio !== undefined && ratio.low <= ratio.value && ratio.value <= ratio.high;
      }),
    );
  });

  it("of b to a is the reciprocal of a to b, interval included", () => {
    fc.assert(
      fc.property(anyMeasured, anyMeasured, (a, b) => {
        expect(ratioOf(a, b)?.low).toBeCloseTo(1 / (ratioOf(b, a)?.high ?? 0), 9);
      }),
    );
  });

  it("by an exactly known number scales the interval", () => {
    const ratio = ratioOf(measured(0.4, 0.3, 0.45), measured(0.5, 0.5, 0.5));
    expect(ratio?.low).toBeCloseTo(0.6, 12);
    expect(ratio?.high).toBeCloseTo(0.9, 12);
  });

  it("starts at zero where a may be zero, and does not exist where b may be", () => {
    expect(ratioOf(measured(0, 0, 0.1), measured(0.5, 0.4, 0.6))).toEqual({ value: 0, low: 0, high: 0.25 });
    expect(ratioOf(measured(0.5, 0.4, 0.6), measured(0, 0, 0.1))).toBeUndefined();
  });
});
