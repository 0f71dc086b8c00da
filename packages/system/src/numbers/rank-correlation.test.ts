// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ranksOf, spearman } from "./rank-correlation.ts";

describe("ranksOf", () => {
  it("gives equal values the mean of their ranks", () => {
    expect(ranksOf([30, 10, 20, 20])).toEqual([4, 1, 2.5, 2.5]);
  });
});

describe("spearman", () => {
  it("is 1 - 6 Σ d² / (n (n² - 1)) without equal values", () => {
    // ranks 1 2 3 4 5 and 2 1 4 3 5: Σ d² = 4
    expect(spearman([1, 2, 3, 4, 5], [20, 10, 40, 30, 50])!.value).toBeCloseTo(1 - 24 / 120, 12);
  });

  it("has the interval of Bonett and Wright", () => {
    const { low, high } = spearman([1, 2, 3, 4, 5], [20, 10, 40, 30, 50])!;
    const half = 1.959963984540054 * Math.sqrt((1 + 0.32) / 2);
    expect(low).toBeCloseTo(Math.tanh(Math.atanh(0.8) - half), 9);
    expect(high).toBeCloseTo(Math.tanh(Math.atanh(0.8) + half), 9);
  });

  it("stays uncertain about a perfect order of few", () => {
    const { value, low, high } = spearman([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])!;
    expect([value, high]).toEqual([1, 1]);
    expect(low).toBeLessThan(0.9);
  });

  it("knows nothing from fewer than four pairs, and has no value without an order", () => {
    expect(spearman([1, 2, 3], [1, 3, 2])).toEqual({ value: 0.5, low: -1, high: 1, n: 3 });
    expect(spearman([1, 1, 1, 1], [1, 2, 3, 4])).toBeNull();
    expect(spearman([1], [1])).toBeNull();
  });

  it("depends on the order alone, is symmetric, and lies in its interval in [-1, 1]", () => {
    const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })), {
      minLength: 2,
      maxLength: 12,
    });
    fc.assert(
      fc.property(pairs, (drawn) => {
        const [x, y] = [drawn.map(([a]) => a), drawn.map(([, b]) => b)];
        const found = spearman(x, y);
        const mirrored = spearman(y, x.map(Math.exp));
        if (!found || !mirrored) return found === mirrored;
        expect(mirrored.value).toBeCloseTo(found.value, 12);
        return -1 <= found.low && found.low <= found.value && found.value <= found.high && found.high <= 1;
      }),
    );
  });
});
