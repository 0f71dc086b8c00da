// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { combinedInterval, differenceOfMeans, pairedOverSeeds } from "./differences.ts";
import { studentQuantile } from "./distributions.ts";

describe("combinedInterval", () => {
  it("of one part is Student's interval", () => {
    const half = studentQuantile(0.975, 4) * Math.sqrt(0.09);
    expect(combinedInterval(1, 5, [{ variance: 0.09, degreesOfFreedom: 4 }])).toEqual({
      value: 1,
      low: 1 - half,
      high: 1 + half,
      n: 5,
    });
  });

  it("has the degrees of freedom of Satterthwaite, rounded down", () => {
    const parts = [
      { variance: 3, degreesOfFreedom: 2 },
      { variance: 1, degreesOfFreedom: 9 },
    ];
    // (3 + 1)² / (9 / 2 + 1 / 9) = 3.47
    const { high } = combinedInterval(0, 3, parts);
    expect(high).toBeCloseTo(studentQuantile(0.975, 3) * 2, 12);
  });

  it("needs values to estimate each part from", () => {
    expect(() => combinedInterval(0, 1, [{ variance: 1, degreesOfFreedom: 0 }])).toThrow(
      expect.objectContaining({ code: "invalid-argument" }),
    );
  });
});

describe("differenceOfMeans", () => {
  it("is Welch's interval", () => {
    // means 4 and 2; variances 1 and 4/3; 1/3 + 1/3 = 2/3; (2/3)² / ((1/9)/2 + (1/9)/3) = 4.8
    const { value, low, high, n } = differenceOfMeans([3, 4, 5], [1, 1, 3, 3]);
    const half = studentQuantile(0.975, 4) * Math.sqrt(2 / 3);
    expect([value, low, high, n]).toEqual([2, expect.closeTo(2 - half, 12), expect.closeTo(2 + half, 12), 3]);
  });

  it("gives a single run the spread of the others", () => {
    const { value, high } = differenceOfMeans([5], [1, 2, 3]);
    expect(value).toBe(3);
    expect(high).toBeCloseTo(3 + studentQuantile(0.975, 2) * Math.sqrt(4 / 3), 12);
  });

  it("covers a true difference in about 95 of 100 repetitions", () => {
    const repetitions = 2000;
    const rng = rngFrom(3);
    let covered = 0;
    for (let i = 0; i < repetitions; i++) {
      const a = Array.from(rng.fold("a").fold(i).normal(3), (x) => 1 + 0.5 * x);
      const b = Array.from(rng.fold("b").fold(i).normal(8));
      const { low, high } = differenceOfMeans(a, b);
      if (low <= 1 && 1 <= high) covered++;
    }
    // Rounding degrees of freedom down errs on the safe side; 5 sigma of a binomial share below.
    expect(covered / repetitions).toBeGreaterThan(0.95 - 5 * Math.sqrt((0.95 * 0.05) / repetitions));
    expect(covered / repetitions).toBeLessThan(0.985);
  });
});

describe("pairedOverSeeds", () => {
  it("adds the variance of seeds to that of images", () => {
    const a = [Uint8Array.of(1, 1, 1, 0), Uint8Array.of(1, 0, 1, 0)];
    const b = [Uint8Array.of(1, 0, 0, 0), Uint8Array.of(1, 0, 0, 0)];
    // seeds: 1/2, 1/4: variance 1/32; images: 0, 1/2, 1, 0: variance 11/48
    const [seeds, images] = [1 / 64, 11 / 192];
    const degrees = Math.floor((seeds + images) ** 2 / (seeds ** 2 + images ** 2 / 3));
    const half = studentQuantile(0.975, degrees) * Math.sqrt(seeds + images);
    const { value, low, high, n } = pairedOverSeeds(a, b);
    expect([value, n]).toEqual([3 / 8, 2]);
    expect(low).toBeCloseTo(3 / 8 - half, 12);
    expect(high).toBeCloseTo(3 / 8 + half, 12);
  });

  it("changes its sign with the order", () => {
    const [a, b] = [[Uint8Array.of(1, 0, 1)], [Uint8Array.of(0, 0, 1)]];
    const [forth, back] = [pairedOverSeeds(a, b), pairedOverSeeds(b, a)];
    expect([back.value, back.low, back.high]).toEqual([-forth.value, -forth.high, -forth.low]);
  });

  it("is a point for equal answers", () => {
    const flags = [Uint8Array.of(1, 0), Uint8Array.of(0, 1)];
    expect(pairedOverSeeds(flags, flags)).toEqual({ value: 0, low: 0, high: 0, n: 2 });
  });

  it("refuses runs on different images", () => {
    expect(() => pairedOverSeeds([Uint8Array.of(1, 0)], [Uint8Array.of(1, 0, 1)])).toThrow(
      expect.objectContaining({ code: "invalid-argument" }),
    );
  });
});
