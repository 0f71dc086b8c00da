// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dbToLinear, linearToDb, noFromEsNoDb } from "./decibel.ts";

describe("decibel", () => {
  it("is undone: dbToLinear(linearToDb(x)) = x", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), (x) => {
        expect(Math.abs(dbToLinear(linearToDb(x)) / x - 1)).toBeLessThan(1e-13);
      }),
    );
  });

  it("turns sums into products", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -90, max: 90, noNaN: true }),
        fc.double({ min: -90, max: 90, noNaN: true }),
        (a, b) => {
          expect(dbToLinear(a + b) / (dbToLinear(a) * dbToLinear(b))).toBeCloseTo(1, 12);
        },
      ),
    );
  });

  it("counts powers, not amplitudes: 10 dB is a factor 10, 3.01 dB a factor 2", () => {
    expect(dbToLinear(10)).toBe(10);
    expect(linearToDb(2)).toBeCloseTo(3.0103, 4);
  });

  it("gives noise variance 0.1 per complex symbol at Es/N0 = 10 dB, 1 at 0 dB, 10 at -10 dB", () => {
    expect([10, 0, -10].map(noFromEsNoDb)).toEqual([0.1, 1, 10]);
  });
});
