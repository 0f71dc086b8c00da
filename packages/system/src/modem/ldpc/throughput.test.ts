// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { simulateBlockErrors } from "./block-error-rate.ts";
import { measureLdpcThroughput } from "./throughput.ts";

describe("measureLdpcThroughput", () => {
  it("reports the median of its rounds, and the iterations and failures of its working point", () => {
    const code = { numInfoBits: 64, numCodedBits: 128 };
    const measured = measureLdpcThroughput({ code, esNoDb: 2, numBlocks: 300, numRounds: 3 });
    expect(measured.rounds).toHaveLength(3);
    expect(measured.mbitPerSecond).toBe(measured.rounds.toSorted((a, b) => a - b)[1]);
    const reference = simulateBlockErrors({ code, esNoDb: 2, seed: 3, maxBlocks: 300 });
    const rate = reference.numErrors / 300;
    // Two independent estimates of one rate, each of variance p (1 - p) / 300.
    expect(Math.abs(measured.blockErrorRate - rate)).toBeLessThan(
      5 * Math.sqrt((2 * rate * (1 - rate)) / 300),
    );
    // Iterations lie in 1..20, so their deviation is at most 9.5.
    expect(Math.abs(measured.meanIterations - reference.meanIterations)).toBeLessThan(
      5 * 9.5 * Math.sqrt(2 / 300),
    );
  });

  it.each([{ numBlocks: 0 }, { numRounds: 0 }, { numRounds: 1.5 }])("refuses %j", (wrong) => {
    expect(() => measureLdpcThroughput(wrong)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  });

  it("takes the mean of the middle two of an even number of rounds", () => {
    const code = { numInfoBits: 20, numCodedBits: 40 };
    const { mbitPerSecond, rounds } = measureLdpcThroughput({ code, numBlocks: 5, numRounds: 2 });
    expect(mbitPerSecond).toBeCloseTo((rounds[0]! + rounds[1]!) / 2, 9);
  });
});
