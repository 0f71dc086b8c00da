// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import golden from "../../channel/__goldens__/channel.json" with { type: "json" };
import { simulateBlockErrors } from "./block-error-rate.ts";

const SIGMAS = 5;
const TOLERANCE_DB = 0.1;
/** Errors that the published rates rest on at least, of 20 thousand blocks at most; not printed with them. */
const PUBLISHED_ERRORS = 100;

interface Curve {
  readonly n: number;
  readonly ebNoDb: readonly number[];
  readonly bler: readonly number[];
}

const curves: readonly Curve[] = golden.ldpc5gBlerQpskRateHalf.points;

/** The published rate at another Eb/N0, log-linear between its points and beyond them. */
function publishedRate({ ebNoDb, bler }: Curve, atDb: number): number {
  const right = Math.min(
    ebNoDb.length - 1,
    Math.max(
      1,
      ebNoDb.findIndex((db) => db >= atDb),
    ),
  );
  const [x0, x1] = [ebNoDb[right - 1]!, ebNoDb[right]!];
  const [y0, y1] = [Math.log(bler[right - 1]!), Math.log(bler[right]!)];
  return Math.min(1, Math.exp(y0 + ((y1 - y0) * (atDb - x0)) / (x1 - x0)));
}

/** Rates that a code within 0.1 dB of the published one may show in so many blocks, 5 sigma either way. */
function allowedRates(curve: Curve, atDb: number, numBlocks: number): { low: number; high: number } {
  const sigmas = (rate: number): number =>
    SIGMAS * Math.sqrt((rate * (1 - rate)) / numBlocks + rate ** 2 / PUBLISHED_ERRORS);
  const better = publishedRate(curve, atDb + TOLERANCE_DB);
  const worse = publishedRate(curve, atDb - TOLERANCE_DB);
  return { low: better - sigmas(better), high: worse + sigmas(worse) };
}

const QUICK = [
  { n: 128, atDb: 1 },
  { n: 128, atDb: 2 },
  { n: 256, atDb: 2 },
  { n: 512, atDb: 1.5 },
  { n: 1000, atDb: 1.5 },
  { n: 2000, atDb: 1.25 },
] as const;

function simulate(n: number, atDb: number, maxBlocks: number, algorithm: "min-sum" | "sum-product"): number {
  const code = { numInfoBits: n / 2, numCodedBits: n };
  const decoding = { algorithm, maxIterations: 20 };
  // QPSK of code rate 1/2 carries one bit a symbol: Es/N0 is Eb/N0.
  const { numErrors, numBlocks } = simulateBlockErrors({ code, esNoDb: atDb, seed: 5, maxBlocks, decoding });
  return numErrors / numBlocks;
}

describe("block error rates are the published ones, within 0.1 dB and 5 sigma", () => {
  it.each(QUICK)("min-sum, n = $n at $atDb dB", ({ n, atDb }) => {
    const numBlocks = Math.round(400_000 / n);
    const { low, high } = allowedRates(
      curves.find((curve) => curve.n === n)!,
      atDb,
      numBlocks,
    );
    const rate = simulate(n, atDb, numBlocks, "min-sum");
    expect(rate).toBeLessThan(high);
    expect(rate).toBeGreaterThan(low);
  });

  it.each(QUICK.slice(0, 3))("sum-product, n = $n at $atDb dB", ({ n, atDb }) => {
    const numBlocks = Math.round(50_000 / n);
    const { low, high } = allowedRates(
      curves.find((curve) => curve.n === n)!,
      atDb,
      numBlocks,
    );
    const rate = simulate(n, atDb, numBlocks, "sum-product");
    expect(rate).toBeLessThan(high);
    expect(rate).toBeGreaterThan(low);
  });
});

describe("simulateBlockErrors", () => {
  const options = { code: { numInfoBits: 50, numCodedBits: 100 }, esNoDb: -2, seed: 1 };

  it("is a function of its seed", () => {
    const once = simulateBlockErrors({ ...options, maxBlocks: 250 });
    expect(simulateBlockErrors({ ...options, maxBlocks: 250 })).toEqual(once);
    expect(simulateBlockErrors({ ...options, maxBlocks: 250, seed: 2 })).not.toEqual(once);
    expect(once.numBlocks).toBe(250);
  });

  it("draws new blocks in every batch", () => {
    const batch = simulateBlockErrors({ ...options, maxBlocks: 100 });
    const two = simulateBlockErrors({ ...options, maxBlocks: 200 });
    expect(two.meanIterations).not.toBe(batch.meanIterations);
  });

  it("stops at the end of the batch that brings enough errors", () => {
    const { numBlocks, numErrors } = simulateBlockErrors({ ...options, maxBlocks: 10_000, enoughErrors: 5 });
    expect(numBlocks).toBe(100);
    expect(numErrors).toBeGreaterThan(5);
  });

  it.each([
    { maxBlocks: 0 },
    { maxBlocks: NaN },
    { maxBlocks: 10, enoughErrors: 0 },
    { maxBlocks: 10, esNoDb: NaN },
    { maxBlocks: 10, esNoDb: Infinity },
  ])("refuses %j", (wrong) => {
    expect(() => simulateBlockErrors({ ...options, ...wrong })).toThrow(
      expect.objectContaining({ code: "invalid-argument" }),
    );
  });

  it("fails more often on more bits per symbol at equal Es/N0", () => {
    const at = { ...options, esNoDb: 5, maxBlocks: 200 };
    const qpsk = simulateBlockErrors(at).numErrors;
    const qam = simulateBlockErrors({
      ...at,
      modulation: "64qam",
      code: { numInfoBits: 51, numCodedBits: 102 },
    });
    expect(qpsk).toBe(0);
    expect(qam.numErrors).toBeGreaterThan(100);
  });
});
