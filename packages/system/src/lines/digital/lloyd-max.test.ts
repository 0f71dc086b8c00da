// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lloydMax, nearestLevel } from "./lloyd-max.ts";

const NUM_SAMPLES = 40_000;
const normal = Float64Array.from(rngFrom(1).normal(NUM_SAMPLES)).sort();
const sortedSamples = fc
  .array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 2, maxLength: 60 })
  .map((values) => Float64Array.from(values).sort());

describe("lloydMax", () => {
  // Max 1960, table I: mean squared error of the best quantiser of N(0, 1).
  it.each([
    [1, 1],
    [2, 0.3634],
    [4, 0.1175],
    [8, 0.03454],
    [16, 0.009497],
  ])("of a normal variable with %d levels errs by %d", (numLevels, distortion) => {
    const seen = lloydMax(normal, numLevels).distortion;
    // Squared errors of a fine quantiser vary by less than twice their mean, those of one level by sqrt(2).
    expect(Math.abs(seen / distortion - 1)).toBeLessThan((5 * 2) / Math.sqrt(NUM_SAMPLES) + 1e-3);
  });

  it("has its levels at +-sqrt(2 / pi) for one bit of a normal variable", () => {
    const [low, high] = lloydMax(normal, 2).levels as unknown as [number, number];
    expect(high).toBeCloseTo(Math.sqrt(2 / Math.PI), 1.5);
    expect(low).toBeCloseTo(-Math.sqrt(2 / Math.PI), 1.5);
  });

  it("says the mean squared error that its samples meet", () => {
    fc.assert(
      fc.property(sortedSamples, fc.integer({ min: 1, max: 9 }), (samples, numLevels) => {
        const quantizer = lloydMax(samples, numLevels);
        const errors = samples.map(
          (value) => (value - quantizer.levels[nearestLevel(quantizer, value)]!) ** 2,
        );
        const mean = errors.reduce((sum, error) => sum + error, 0) / samples.length;
        expect(Math.abs(quantizer.distortion - mean)).toBeLessThan(1e-9);
      }),
    );
  });
});

describe("nearestLevel", () => {
  it("is the level of least distance", () => {
    fc.assert(
      fc.property(sortedSamples, fc.double({ min: -60, max: 60, noNaN: true }), (levels, value) => {
        const distances = levels.map((level) => Math.abs(level - value));
        expect(distances[nearestLevel({ levels }, value)]).toBeCloseTo(Math.min(...distances), 9);
      }),
    );
  });
});
