// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalCdf } from "../numbers/distributions.ts";
import golden from "./__goldens__/channel.json" with { type: "json" };
import { dbToLinear, linearToDb } from "./decibel.ts";
import { rayleighMean, ricianMean, scaledBesselI0 } from "./quadrature.ts";
import { ricianFading } from "./fading.ts";

describe("ricianMean", () => {
  it("has the moments E g = 1 and E g^2 = 1 + (1 + 2 K) / (1 + K)^2, for every K", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1000, noNaN: true }), (kFactor) => {
        expect(ricianMean(kFactor, () => 1)).toBeCloseTo(1, 8);
        expect(ricianMean(kFactor, (gain) => gain)).toBeCloseTo(1, 8);
        const second = 1 + (1 + 2 * kFactor) / (1 + kFactor) ** 2;
        expect(ricianMean(kFactor, (gain) => gain * gain)).toBeCloseTo(second, 7);
      }),
      { numRuns: 50 },
    );
  });

  it("is the Rayleigh mean without a line of sight", () => {
    const capacity = (gain: number): number => Math.log2(1 + 10 * gain);
    expect(ricianMean(0, capacity)).toBeCloseTo(rayleighMean(capacity), 9);
    expect(ricianMean(0, () => 1, 0.1)).toBeCloseTo(1 - Math.exp(-0.1), 10);
  });

  it.each(golden.qpskBerRician)(
    "gives the bit error rate $ber of QPSK at K = $kFactor, $ebNoDb dB",
    (point) => {
      const snr = dbToLinear(point.ebNoDb);
      const errorRate = ricianMean(point.kFactor, (gain) => normalCdf(-Math.sqrt(2 * gain * snr)));
      expect(errorRate / point.ber).toBeCloseTo(1, 6);
    },
  );
});

describe("scaledBesselI0", () => {
  // Abramowitz & Stegun 1964, table 9.8: e^-x I0(x).
  it.each([
    [0, 1],
    [1, 0.4657596077],
    [5, 0.1835408126],
    [10, 0.1278333372],
  ])("of %d is %d", (x, value) => {
    expect(scaledBesselI0(x)).toBeCloseTo(value, 9);
  });

  it("passes from the mean over angles to the series without a step", () => {
    expect(scaledBesselI0(200.0001) / scaledBesselI0(199.9999)).toBeCloseTo(1, 5);
    expect(scaledBesselI0(200.0001)).toBeCloseTo(scaledBesselI0(200), 7);
  });
});

describe("a Rician gain", () => {
  it("keeps the phase of its line of sight through an image, and has another in the next", () => {
    const { h } = ricianFading(60, "fast").draw(rngFrom(1), { batchSize: 2, numSymbols: 3 });
    const phases = Array.from({ length: 6 }, (_, i) => Math.atan2(h[2 * i + 1]!, h[2 * i]!));
    expect(phases[1]).toBeCloseTo(phases[0]!, 1);
    expect(phases[2]).toBeCloseTo(phases[0]!, 1);
    expect(Math.abs(phases[3]! - phases[0]!)).toBeGreaterThan(0.1);
  });

  it("scatters by 1 / (K + 1) around it", () => {
    const kFactor = 4;
    const batchSize = 5000;
    const { h } = ricianFading(linearToDb(kFactor), "block").draw(rngFrom(2), { batchSize, numSymbols: 1 });
    let fourth = 0;
    for (let i = 0; i < h.length; i += 2) fourth += (h[i]! ** 2 + h[i + 1]! ** 2) ** 2 / batchSize;
    const expected = ricianMean(kFactor, (gain) => gain ** 2);
    const variance = ricianMean(kFactor, (gain) => gain ** 4) - expected ** 2;
    expect(Math.abs(fourth - expected)).toBeLessThan(5 * Math.sqrt(variance / batchSize));
  });
});
