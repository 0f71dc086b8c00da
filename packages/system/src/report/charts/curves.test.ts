// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CurvePoint, isSmoothable, smooth } from "./curves.ts";

const curve = fc
  .array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 300 })
  .map((values) => values.map((value, index): CurvePoint => [index, value]));

describe("smooth", () => {
  it("keeps the steps and stays between the extremes of the raw curve", () => {
    fc.assert(
      fc.property(curve, (points) => {
        const values = points.map(([, value]) => value);
        const smoothed = smooth(points);
        expect(smoothed.map(([step]) => step)).toEqual(points.map(([step]) => step));
        for (const [, value] of smoothed) {
          expect(value).toBeGreaterThanOrEqual(Math.min(...values) - 1e-12);
          expect(value).toBeLessThanOrEqual(Math.max(...values) + 1e-12);
        }
      }),
    );
  });

  it("keeps a straight line inside the curve", () => {
    const line = Array.from({ length: 200 }, (_, i): CurvePoint => [i, 3 * i]);
    expect(smooth(line).slice(4, -4)).toEqual(line.slice(4, -4));
  });

  it("reduces the variance of alternating noise by the window", () => {
    const noise = Array.from({ length: 250 }, (_, i): CurvePoint => [i, i % 2 === 0 ? 1 : -1]);
    for (const [, value] of smooth(noise).slice(5, -5)) expect(Math.abs(value)).toBeCloseTo(1 / 11, 12);
  });

  it("is for curves of at least 30 points", () => {
    const points = Array.from({ length: 30 }, (_, i): CurvePoint => [i, i]);
    expect(isSmoothable(points)).toBe(true);
    expect(isSmoothable(points.slice(1))).toBe(false);
    expect(smooth([])).toEqual([]);
  });
});
