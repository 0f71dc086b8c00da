// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelDistortion, labelRateDistortion } from "./label-rate-distortion.ts";
import { simplexAccuracy } from "../label/simplex.ts";

describe("labelDistortion", () => {
  it("solves log2 M - Hb(D) - D log2(M - 1) = R", () => {
    const arbitrary = [
      fc.integer({ min: 2, max: 200 }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
    ] as const;
    fc.assert(
      fc.property(...arbitrary, (numClasses, fraction) => {
        const bits = fraction * Math.log2(numClasses);
        const d = labelDistortion(numClasses, bits);
        const entropy = -d * Math.log2(d) - (1 - d) * Math.log2(1 - d);
        expect(Math.log2(numClasses) - entropy - d * Math.log2(numClasses - 1)).toBeCloseTo(bits, 9);
        expect(d).toBeLessThan(1 - 1 / numClasses);
      }),
    );
  });

  it("is chance without bits and nothing from log2 M bits on", () => {
    expect(labelDistortion(10, 0)).toBeCloseTo(0.9, 7); // R(D) is flat there
    expect(labelDistortion(10, Math.log2(10))).toBe(0);
    expect(labelDistortion(10, 100)).toBe(0);
  });

  it("of a fair coin is the inverse of the binary entropy: 1/2 bit costs 11.0 %", () => {
    expect(labelDistortion(2, 0.5)).toBeCloseTo(0.110028, 6); // Hb(0.110028) = 1/2
  });
});

describe("labelRateDistortion", () => {
  const device = { numClasses: 10, classifierAccuracy: 0.768 };

  it("is the classifier's accuracy as soon as a label fits: 4 symbols at 0 dB are 4 bits", () => {
    expect(labelRateDistortion({ ...device, numSymbols: 4, channel: "awgn", esNoDb: 0 })).toBe(0.768);
  });

  it("is chance where no bit arrives, whatever the classifier", () => {
    expect(labelRateDistortion({ ...device, numSymbols: 1, channel: "awgn", esNoDb: -120 })).toBeCloseTo(
      0.1,
      4,
    );
  });

  it.each(["awgn", "rayleigh-block"] as const)("lies above the label code at every point: %s", (channel) => {
    for (const numSymbols of [5, 8, 16, 64]) {
      for (const esNoDb of [-15, -10, -5, 0, 5]) {
        const point = { numClasses: 10, numSymbols, channel, esNoDb };
        const bound = labelRateDistortion({ ...point, classifierAccuracy: 1 });
        expect(bound).toBeGreaterThanOrEqual(simplexAccuracy(point));
      }
    }
  });

  it("is lower under Rayleigh fading than in AWGN: capacity is concave", () => {
    const point = { ...device, numSymbols: 4, esNoDb: -3 };
    const awgn = labelRateDistortion({ ...point, channel: "awgn" });
    expect(labelRateDistortion({ ...point, channel: "rayleigh-block" })).toBeLessThan(awgn);
  });
});
