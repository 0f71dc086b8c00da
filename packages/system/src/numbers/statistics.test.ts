// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { rngFrom } from "@semlink/engine";
import type { Measured } from "../results/results.ts";
import {
  clusteredMeanInterval,
  type Interval,
  meanInterval,
  median,
  pairedDifference,
  ranksOf,
  spearman,
  wilsonInterval,
} from "./statistics.ts";

describe("median", () => {
  it("of an even number is the mean of the two in the middle", () => {
    expect(median([4, 1, 3, 10])).toBe(3.5);
  });
});

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

const NUM_EXPERIMENTS = 4000;

/** Share of simulated experiments whose interval holds the truth. */
function coverage(truth: number, experiment: (index: number) => Interval): number {
  let held = 0;
  for (let index = 0; index < NUM_EXPERIMENTS; index++) {
    const { low, high } = experiment(index);
    if (low <= truth && truth <= high) held++;
  }
  return held / NUM_EXPERIMENTS;
}

/** 5 standard deviations of an observed coverage whose true value is `expected`. */
function bound(expected: number): number {
  return 5 * Math.sqrt((expected * (1 - expected)) / NUM_EXPERIMENTS);
}

/** `P(holds(K))` for K binomial: the exact coverage of an interval that depends on a count. */
function binomialCoverage(n: number, p: number, holds: (count: number) => boolean): number {
  let logPmf = n * Math.log(1 - p);
  let total = 0;
  for (let k = 0; k <= n; k++) {
    if (holds(k)) total += Math.exp(logPmf);
    logPmf += Math.log(((n - k) / (k + 1)) * (p / (1 - p)));
  }
  return total;
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0);
}

function flags(uniforms: Float32Array, probability: number): Uint8Array {
  return Uint8Array.from(uniforms, (u) => (u < probability ? 1 : 0));
}

describe("wilsonInterval", () => {
  it("is Wilson's formula: 81 of 263 at 95 % is 0.2553 to 0.3662", () => {
    // Newcombe 1998, table I, method 3.
    const { low, high, ...rest } = wilsonInterval(81, 263, 0.95);
    expect([low, high].map((value) => value.toFixed(4))).toEqual(["0.2553", "0.3662"]);
    expect(rest).toEqual({ value: 81 / 263, n: 263, confidence: 0.95, method: "wilson" });
  });

  it("has width also when none or all succeed: 0 of 20 is 0 to 0.1611", () => {
    const none = wilsonInterval(0, 20, 0.95);
    const all = wilsonInterval(20, 20, 0.95);
    expect([none.low, none.high.toFixed(4)]).toEqual([0, "0.1611"]);
    expect([all.low.toFixed(4), all.high]).toEqual(["0.8389", 1]);
  });

  it("holds its value, lies in [0, 1] and mirrors: successes <-> failures", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, share) => {
          const successes = Math.round(share * n);
          const { value, low, high } = wilsonInterval(successes, n, 0.95);
          const mirrored = wilsonInterval(n - successes, n, 0.95);
          expect(0 <= low && low <= value && value <= high && high <= 1).toBe(true);
          expect(mirrored.low).toBeCloseTo(1 - high, 12);
          expect(mirrored.high).toBeCloseTo(1 - low, 12);
        },
      ),
    );
  });

  it("covers the truth as often as the binomial distribution says, within 5 sigma", () => {
    const [n, p] = [200, 0.85];
    const exact = binomialCoverage(n, p, (k) => {
      const { low, high } = wilsonInterval(k, n, 0.95);
      return low <= p && p <= high;
    });
    expect(Math.abs(exact - 0.95)).toBeLessThan(0.015); // the binomial is discrete
    const rng = rngFrom(1);
    const seen = coverage(p, (index) => wilsonInterval(sum(flags(rng.fold(index).uniform(n), p)), n, 0.95));
    expect(Math.abs(seen - exact)).toBeLessThan(bound(exact));
  });

  it("gives a Measured of the results file at confidence 0.95", () => {
    const measured: Measured = wilsonInterval(9, 10, 0.95);
    expect(measured.method).toBe("wilson");
  });

  it.each([
    [1, 0, 0.95],
    [11, 10, 0.95],
    [-1, 10, 0.95],
    [5, 10, 95],
  ])("refuses %d of %d at confidence %d", (successes, n, confidence) => {
    expect(() => wilsonInterval(successes, n, confidence)).toThrow(
      expect.objectContaining({ code: "invalid-argument" }),
    );
  });
});

describe("pairedDifference", () => {
  it("is the mean of the differences with its normal interval, worked by hand", () => {
    const interval = pairedDifference(Uint8Array.of(1, 1, 0, 1), Uint8Array.of(0, 1, 1, 0), 0.95);
    // Differences 1 0 -1 1: mean 1/4, sum of squares 3 - 4/16 = 11/4, variance 11/12.
    const halfWidth = 1.959963984540054 * Math.sqrt(11 / 12 / 4);
    expect(interval).toEqual({
      value: 0.25,
      low: expect.closeTo(0.25 - halfWidth, 12) as number,
      high: expect.closeTo(0.25 + halfWidth, 12) as number,
      n: 4,
      confidence: 0.95,
      method: "paired-normal",
    });
  });

  it("changes sign with the order of the systems", () => {
    const [a, b] = [flags(rngFrom(1).uniform(50), 0.7), flags(rngFrom(2).uniform(50), 0.5)];
    const [forth, back] = [pairedDifference(a, b, 0.9), pairedDifference(b, a, 0.9)];
    expect(back.value).toBeCloseTo(-forth.value, 12);
    expect(back.low).toBeCloseTo(-forth.high, 12);
  });

  it("covers the true difference as often as the binomial distribution says, within 5 sigma", () => {
    const [n, truth] = [500, 0.1];
    const rng = rngFrom(3);
    const seen = coverage(truth, (index) => {
      const shared = rng.fold(index).uniform(n); // one threshold per image: where b is right, so is a
      return pairedDifference(flags(shared, 0.8), flags(shared, 0.7), 0.95);
    });
    const exact = binomialCoverage(n, truth, (discordant) => {
      const a = new Uint8Array(n).fill(1, 0, discordant);
      const { low, high } = pairedDifference(a, new Uint8Array(n), 0.95);
      return low <= truth && truth <= high;
    });
    expect(Math.abs(exact - 0.95)).toBeLessThan(0.015);
    expect(Math.abs(seen - exact)).toBeLessThan(bound(exact));
  });

  it("refuses flags of different images", () => {
    expect(() => pairedDifference(new Uint8Array(3), new Uint8Array(4), 0.95)).toThrow("3 and 4 flags");
  });
});

describe("meanInterval", () => {
  it("of three seeds uses Student's t: 1, 2, 3 is 2 +- 4.3027 / sqrt(3)", () => {
    const { value, low, high, n } = meanInterval([1, 2, 3], 0.95);
    expect([value, n]).toEqual([2, 3]);
    expect(high - value).toBeCloseTo(4.302652729749462 / Math.sqrt(3), 9);
    expect(value - low).toBeCloseTo(high - value, 12);
  });

  it.each([3, 8])("of %i normal values covers the mean in exactly 95 %, within 5 sigma", (n) => {
    const rng = rngFrom(n);
    const seen = coverage(0, (index) => meanInterval(rng.fold(index).normal(n), 0.95));
    expect(Math.abs(seen - 0.95)).toBeLessThan(bound(0.95));
  });

  it("refuses a single value: one seed has no interval", () => {
    expect(() => meanInterval([0.8], 0.95)).toThrow("meanInterval: expected at least 2 values, got 1");
  });
});

describe("clusteredMeanInterval", () => {
  it("with one draw per image is Wilson's interval", () => {
    const correct = flags(rngFrom(4).uniform(300), 0.8);
    const wilson = wilsonInterval(sum(correct), 300, 0.95);
    const clustered = clusteredMeanInterval(correct, 0.95);
    expect(clustered.low).toBeCloseTo(wilson.low, 12);
    expect(clustered.high).toBeCloseTo(wilson.high, 12);
    expect(clustered.n).toBe(300);
  });

  it("has width when every draw succeeds", () => {
    expect(clusteredMeanInterval(new Float32Array(50).fill(1), 0.95)).toEqual(wilsonInterval(50, 50, 0.95));
  });

  it("covers the truth in 95 % within 5 sigma where draws of an image agree, and pooling them would not", () => {
    const [numImages, numDraws] = [100, 8];
    const truth = 0.3 * 0.1 + 0.7 * 0.9;
    const rng = rngFrom(5);
    const experiments = Array.from({ length: NUM_EXPERIMENTS }, (_, index) => {
      const hard = rng.fold(index).fold("hard").uniform(numImages);
      const draws = rng
        .fold(index)
        .fold("draws")
        .uniform(numImages * numDraws);
      return Float64Array.from(hard, (u, i) => {
        const probability = u < 0.3 ? 0.1 : 0.9; // 30 % hard images
        return sum(flags(draws.subarray(i * numDraws, (i + 1) * numDraws), probability)) / numDraws;
      });
    });
    const clustered = coverage(truth, (index) => clusteredMeanInterval(experiments[index]!, 0.95));
    const numTrials = numImages * numDraws;
    const pooled = coverage(truth, (i) => wilsonInterval(sum(experiments[i]!) * numDraws, numTrials, 0.95));
    expect(Math.abs(clustered - 0.95)).toBeLessThan(bound(0.95));
    expect(pooled).toBeLessThan(0.75);
  });

  it("refuses values that are not shares", () => {
    expect(() => clusteredMeanInterval([0.5, 1.5], 0.95)).toThrow("got 1.5");
    expect(() => clusteredMeanInterval([0.5, Number.NaN], 0.95)).toThrow("got NaN");
  });
});
