// SPDX-License-Identifier: Apache-2.0
import { type Rng, rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import type { MeanCheck } from "./check.ts";
import { runCheck } from "./run-check.ts";

const coin = (probability: number, theory: number): MeanCheck => ({
  kind: "mean",
  name: "coin",
  quantity: "heads",
  theory,
  source: "test",
  sample: (rng: Rng) => Float64Array.from(rng.uniform(1000), (value) => (value < probability ? 1 : 0)),
});
const EFFORT = { precision: 0.1, cheapPrecision: 0.1, maxBatches: 100 };

describe("runCheck", () => {
  it("stops as soon as 5 sigma are as narrow as wanted", async () => {
    const { n, bound, passed } = await runCheck(coin(0.5, 0.5), "f", rngFrom(1), EFFORT);
    // 5 * 0.5 / sqrt(n) <= 0.1 * 0.5 from n = 2500 on, in batches of 1000.
    expect(n).toBe(3000);
    expect(bound.above).toBeCloseTo((5 * 0.5) / Math.sqrt(3000), 3);
    expect(bound.below).toBe(bound.above);
    expect(passed).toBe(true);
  });

  it("stops at the last batch when the interval stays wide", async () => {
    const { n } = await runCheck(coin(0.5, 0.5), "f", rngFrom(1), {
      precision: 1e-6,
      cheapPrecision: 1e-6,
      maxBatches: 4,
    });
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

  it("goes no further than the finest precision that is worth having", async () => {
    const rough = { ...coin(0.5, 0.5), finestPrecision: 0.16 };
    expect((await runCheck(rough, "f", rngFrom(1), { ...EFFORT, precision: 0.01 })).n).toBe(1000);
  });

  it("adds the reference's own error to that of the estimate, and the differences that it allows", async () => {
    const reference = { deviation: 0.03, below: 0.01, above: 0.02 };
    const effort = { precision: 0.1, cheapPrecision: 0.1, maxBatches: 1 };
    const check = { ...coin(0.5, 0.5), variance: 0.25, reference };
    const { bound, deviation } = await runCheck(check, "f", rngFrom(1), effort);
    const chance = 5 * Math.hypot(Math.sqrt(0.25 / 1000), 0.03) + 1e-6 / 2 + 1e-3;
    expect(deviation).toBeCloseTo(Math.sqrt(0.25 / 1000), 12);
    expect(bound.below).toBeCloseTo(0.01 + chance, 12);
    expect(bound.above).toBeCloseTo(0.02 + chance, 12);
  });

  it("takes a reference without a bound below as an upper limit", async () => {
    const reference = { deviation: 0, below: null, above: 0 };
    const better = { ...coin(0.1, 0.5), reference };
    expect((await runCheck(better, "f", rngFrom(1), EFFORT)).passed).toBe(true);
    expect((await runCheck({ ...coin(0.9, 0.5), reference }, "f", rngFrom(1), EFFORT)).passed).toBe(false);
  });

  it("stops between two batches when it is told to", async () => {
    const stop = new AbortController();
    stop.abort(new Error("stop"));
    const endless = { precision: 0, cheapPrecision: 0, maxBatches: Infinity };
    await expect(runCheck(coin(0.5, 0.5), "f", rngFrom(1), endless, stop.signal)).rejects.toThrow("stop");
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
