// SPDX-License-Identifier: Apache-2.0
import { type Rng, rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { type MeanCheck, runCheck } from "./check.ts";

const coin = (probability: number, theory: number): MeanCheck => ({
  ...{ kind: "mean", name: "coin", quantity: "heads", theory, source: "test" },
  sample: (rng: Rng) => Float64Array.from(rng.uniform(1000), (value) => (value < probability ? 1 : 0)),
});
const EFFORT = { precision: 0.1, maxBatches: 100 };

describe("runCheck", () => {
  it("stops as soon as 5 sigma are as narrow as wanted", async () => {
    const { n, bound, passed } = await runCheck(coin(0.5, 0.5), "f", rngFrom(1), EFFORT);
    // 5 * 0.5 / sqrt(n) <= 0.1 * 0.5 from n = 2500 on, in batches of 1000.
    expect(n).toBe(3000);
    expect(bound).toBeCloseTo((5 * 0.5) / Math.sqrt(3000), 3);
    expect(passed).toBe(true);
  });

  it("stops at the last batch when the interval stays wide", async () => {
    const { n } = await runCheck(coin(0.5, 0.5), "f", rngFrom(1), { precision: 1e-6, maxBatches: 4 });
    expect(n).toBe(4000);
  });

  it("fails a mean that is outside its interval", async () => {
    const { simulated, passed } = await runCheck(coin(0.6, 0.5), "f", rngFrom(1), EFFORT);
    expect(simulated).toBeGreaterThan(0.55);
    expect(passed).toBe(false);
  });

  it("takes a known variance, so that an event that never came is within its bound", async () => {
    const rare = coin(0, 1e-4);
    expect((await runCheck(rare, "f", rngFrom(1), EFFORT)).passed).toBe(false);
    expect((await runCheck({ ...rare, variance: 1e-4 }, "f", rngFrom(1), EFFORT)).passed).toBe(true);
  });

  it("draws by the address of the check alone", async () => {
    const first = await runCheck(coin(0.5, 0.5), "f", rngFrom(1), EFFORT);
    expect(await runCheck(coin(0.5, 0.5), "f", rngFrom(1), EFFORT)).toEqual(first);
    expect((await runCheck(coin(0.5, 0.5), "g", rngFrom(1), EFFORT)).simulated).not.toBe(first.simulated);
  });

  it("fails what is not a number, by chance or exact", async () => {
    const source = { name: "x", quantity: "q", theory: 0, source: "test" };
    const none = { ...source, kind: "mean" as const, sample: () => Float64Array.of(Number.NaN) };
    expect((await runCheck(none, "f", rngFrom(1), EFFORT)).passed).toBe(false);
    const exact = { ...source, kind: "exact" as const, tolerance: 1, n: 1, measure: () => Number.NaN };
    expect((await runCheck(exact, "f", rngFrom(1), EFFORT)).passed).toBe(false);
  });
});
