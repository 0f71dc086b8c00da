// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Rng, rngFrom } from "./rng.ts";

const SIGMAS = 5;
const NUM_SAMPLES = 200_000;

function mean(values: ArrayLike<number>, of: (value: number, i: number) => number = (v) => v): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += of(values[i]!, i);
  return sum / values.length;
}

/** `value` estimates `expected` with standard deviation `sigma`: they differ by at most 5 sigma. */
function expectWithin(value: number, expected: number, sigma: number): void {
  expect(Math.abs(value - expected) / sigma).toBeLessThan(SIGMAS);
}

const draws: readonly [kind: string, draw: (rng: Rng, count: number) => ArrayLike<number>][] = [
  ["uniform", (rng, count) => rng.uniform(count)],
  ["normal", (rng, count) => rng.normal(count)],
  ["complexNormal", (rng, count) => rng.complexNormal(count)],
  ["integers", (rng, count) => rng.integers(count, 1000)],
  ["permutation", (rng, count) => rng.permutation(count)],
];

describe.each(draws)("Rng.%s", (_kind, draw) => {
  it("is a function of the address only, whatever was drawn before", () => {
    const root = rngFrom(3);
    const first = draw(root.fold("a"), 9);
    root.fold("b").uniform(100);
    expect(draw(root.fold("a"), 9)).toEqual(first);
    expect(draw(rngFrom(3).fold("a"), 9)).toEqual(first);
  });

  it("differs between seeds, between paths, and between parent and child", () => {
    const addresses = [rngFrom(3), rngFrom(4), rngFrom(3 + 2 ** 32), rngFrom(-3), rngFrom(3).fold("")];
    const more = [rngFrom(3).fold("a"), rngFrom(3).fold("b"), rngFrom(3).fold("a").fold("a")];
    const texts = [...addresses, ...more].map((rng) => Array.from(draw(rng, 50)).join());
    expect(new Set(texts).size).toBe(texts.length);
  });

  it("refuses a count that is negative, fractional or not a number", () => {
    for (const count of [-1, 1.5, Number.NaN]) {
      expect(() => draw(rngFrom(0), count)).toThrow("expected a count of random numbers");
    }
  });
});

describe.each(draws.slice(0, 4))("Rng.%s prefix", (_kind, draw) => {
  it("gives the first numbers of a longer draw", () => {
    const long = Array.from(draw(rngFrom(5), 40));
    for (const count of [0, 1, 2, 3, 7, 39]) {
      const short = Array.from(draw(rngFrom(5), count));
      expect(short).toEqual(long.slice(0, short.length));
      expect(short.length).toBe((long.length / 40) * count);
    }
  });
});

describe("Rng.fold", () => {
  it("takes a number as its decimal text", () => {
    expect(rngFrom(1).fold(42).uniform(4)).toEqual(rngFrom(1).fold("42").uniform(4));
  });

  it("tells long, empty, padded and non-ASCII paths apart", () => {
    const block = "123456789012";
    const paths = ["", "\0", "\0\0", "é", "e", block, `${block}\0`, `${block}1`, block + block, "𝛼", "𝛽"];
    const keys = paths.map((path) =>
      rngFrom(1)
        .fold(path)
        .integers(2, 2 ** 32)
        .join(),
    );
    expect(new Set(keys).size).toBe(paths.length);
    const chained = rngFrom(1)
      .fold(block)
      .fold(block)
      .integers(2, 2 ** 32)
      .join();
    expect(keys).not.toContain(chained);
  });

  it("gives different children for different paths", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        fc.pre(a !== b);
        expect(rngFrom(1).fold(a).uniform(8)).not.toEqual(rngFrom(1).fold(b).uniform(8));
      }),
    );
  });

  it("gives uncorrelated streams for neighbouring paths", () => {
    const sigma = 1 / Math.sqrt(NUM_SAMPLES);
    const root = rngFrom(0);
    const streams = [root, root.fold(0), root.fold(1), root.fold("1").fold("0"), rngFrom(1), rngFrom(-1)];
    const samples = streams.map((rng) => rng.normal(NUM_SAMPLES));
    for (let i = 0; i < samples.length; i++) {
      for (let j = 0; j < i; j++) {
        const other = samples[j]!;
        expectWithin(
          mean(samples[i]!, (v, k) => v * other[k]!),
          0,
          sigma,
        );
      }
    }
  });

  it("gives children whose first numbers are uniform over 20,000 sequential paths", () => {
    const root = rngFrom(9);
    const firsts = Float64Array.from({ length: 20_000 }, (_, i) => root.fold(i).uniform(1)[0]!);
    expectKolmogorovSmirnov(firsts, (u) => u);
  });
});

/** Kolmogorov-Smirnov: P(sqrt(N) D > 2.74) = 2 exp(-2 * 2.74^2) = 6e-7, the false alarm of 5 sigma. */
function expectKolmogorovSmirnov(values: ArrayLike<number>, cdf: (value: number) => number): void {
  const sorted = Float64Array.from(values).sort();
  let distance = 0;
  sorted.forEach((value, i) => {
    const p = cdf(value);
    distance = Math.max(distance, p - i / sorted.length, (i + 1) / sorted.length - p);
  });
  expect(distance * Math.sqrt(sorted.length)).toBeLessThan(2.74);
}

describe("Rng.uniform", () => {
  const u = rngFrom(11).uniform(NUM_SAMPLES);

  it("is a multiple of 2^-24 in [0, 1)", () => {
    expect(u.every((v) => v >= 0 && v < 1 && Number.isInteger(v * 2 ** 24))).toBe(true);
  });

  it("has mean 1/2, variance 1/12 and no serial correlation", () => {
    expectWithin(mean(u), 1 / 2, Math.sqrt(1 / 12 / NUM_SAMPLES));
    const sigmaOfVariance = Math.sqrt((1 / 80 - 1 / 144) / NUM_SAMPLES); // fourth central moment is 1/80
    expectWithin(
      mean(u, (v) => (v - 0.5) ** 2),
      1 / 12,
      sigmaOfVariance,
    );
    for (const lag of [1, 2, 3, 4]) {
      const shifted = u.subarray(lag);
      const product = mean(shifted, (v, i) => (v - 0.5) * (u[i]! - 0.5));
      expectWithin(product, 0, 1 / 12 / Math.sqrt(NUM_SAMPLES - lag));
    }
  });

  it("follows the uniform distribution function", () => {
    expectKolmogorovSmirnov(u, (v) => v);
  });
});

describe("Rng.normal", () => {
  const x = rngFrom(12).normal(NUM_SAMPLES);

  it("has moments 0, 1, 0, 3", () => {
    // Variance of x^p is E x^2p - (E x^p)^2 = 1, 2, 15, 96.
    [0, 1, 0, 3].forEach((moment, i) => {
      const sigma = Math.sqrt([1, 2, 15, 96][i]! / NUM_SAMPLES);
      expectWithin(
        mean(x, (v) => v ** (i + 1)),
        moment,
        sigma,
      );
    });
  });

  it("has independent neighbours", () => {
    for (const lag of [1, 2, 3]) {
      const sigma = 1 / Math.sqrt(NUM_SAMPLES - lag);
      expectWithin(
        mean(x.subarray(lag), (v, i) => v * x[i]!),
        0,
        sigma,
      );
    }
  });

  it("has a Rayleigh distributed radius: P(x0^2 + x1^2 <= s) = 1 - exp(-s / 2)", () => {
    const squares = Float64Array.from(
      { length: NUM_SAMPLES / 2 },
      (_, i) => x[2 * i]! ** 2 + x[2 * i + 1]! ** 2,
    );
    expectKolmogorovSmirnov(squares, (s) => 1 - Math.exp(-s / 2));
  });
});

describe("Rng.complexNormal", () => {
  const z = rngFrom(13).complexNormal(NUM_SAMPLES);
  const re = z.filter((_, i) => i % 2 === 0);
  const im = z.filter((_, i) => i % 2 === 1);

  it("has variance 1/2 and mean 0 on each axis, and uncorrelated axes", () => {
    for (const axis of [re, im]) {
      expectWithin(mean(axis), 0, Math.sqrt(0.5 / NUM_SAMPLES));
      expectWithin(
        mean(axis, (v) => v * v),
        0.5,
        0.5 * Math.sqrt(2 / NUM_SAMPLES),
      );
    }
    expectWithin(
      mean(re, (v, i) => v * im[i]!),
      0,
      0.5 / Math.sqrt(NUM_SAMPLES),
    );
  });

  it("has mean power 1", () => {
    expectWithin(
      mean(re, (v, i) => v * v + im[i]! ** 2),
      1,
      1 / Math.sqrt(NUM_SAMPLES),
    );
  });
});

describe("Rng.integers", () => {
  it("counts every value of a small bound equally often", () => {
    const bound = 7;
    const counts = new Uint32Array(bound);
    for (const value of rngFrom(14).integers(NUM_SAMPLES, bound)) counts[value]!++;
    const sigma = Math.sqrt(NUM_SAMPLES * (1 / bound) * (1 - 1 / bound));
    for (const count of counts) expectWithin(count, NUM_SAMPLES / bound, sigma);
  });

  it("stays below its bound", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), fc.integer(), (bound, seed) => {
        expect(
          rngFrom(seed)
            .integers(20, bound)
            .every((v) => v < bound),
        ).toBe(true);
      }),
    );
  });

  it("refuses a bound that no integer can respect", () => {
    for (const bound of [0, -1, 1.5, 2 ** 32 + 1]) {
      expect(() => rngFrom(0).integers(1, bound)).toThrow("Rng.integers: expected a bound in 1..2^32");
    }
  });
});

describe("Rng.permutation", () => {
  it("holds every number below its length exactly once", () => {
    fc.assert(
      fc.property(fc.nat({ max: 300 }), fc.integer(), (length, seed) => {
        const sorted = rngFrom(seed).permutation(length).sort();
        expect([...sorted]).toEqual(Array.from({ length }, (_, i) => i));
      }),
    );
  });

  it("gives all 24 orders of four items equally often", () => {
    const numDraws = 24_000;
    const counts = new Map<string, number>();
    for (let i = 0; i < numDraws; i++) {
      const order = rngFrom(15).fold(i).permutation(4).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const sigma = Math.sqrt(numDraws * (1 / 24) * (23 / 24));
    for (const count of counts.values()) expectWithin(count, numDraws / 24, sigma);
  });
});

describe("rngFrom", () => {
  it("refuses a seed that is not a safe integer", () => {
    for (const seed of [0.5, Number.NaN, 2 ** 53, -(2 ** 53)]) {
      expect(() => rngFrom(seed)).toThrow("rngFrom: expected a safe integer as seed");
    }
    expect(() => rngFrom(0).fold(0.5)).toThrow("Rng.fold: expected an integer, got 0.5");
  });
});
