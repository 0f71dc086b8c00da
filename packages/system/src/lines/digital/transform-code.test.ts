// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  allocateBits,
  lloydMax,
  MAX_BITS_PER_AXIS,
  nearestLevel,
  quantize,
  transformCode,
} from "./transform-code.ts";

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

const [COUNT, DIM] = [600, 6];
/** Deviations 8, 4, 2, 1, 1/2, 1/4 along rotated axes, around a mean of 3. */
const drawn = rngFrom(4).normal(COUNT * DIM);
const embeddings = Float32Array.from({ length: COUNT * DIM }, (_, i) => {
  const row = i - (i % DIM);
  const value = (axis: number): number => drawn[row + axis]! * 2 ** (3 - axis);
  // Pairs of axes turned by 45 degrees.
  const [a, b] = [value((i % DIM) & ~1), value((i % DIM) | 1)];
  return 3 + (i % 2 === 0 ? a + b : a - b) * Math.SQRT1_2;
});
const code = transformCode(embeddings, DIM);
const errorAt = (budget: number): number => {
  const received = quantize(code, embeddings, allocateBits(code, budget)).embeddings;
  return received.reduce((sum, value, i) => sum + (value - embeddings[i]!) ** 2, 0) / COUNT;
};

describe("transformCode", () => {
  it("turns to orthonormal axes, that of the largest variance first", () => {
    const rows = Array.from({ length: DIM }, (_, axis) => code.axes.subarray(axis * DIM, (axis + 1) * DIM));
    rows.forEach((a, i) => {
      rows.forEach((b, j) => {
        const inner = a.reduce((sum, value, d) => sum + value * b[d]!, 0);
        expect(Math.abs(inner - (i === j ? 1 : 0))).toBeLessThan(1e-9);
      });
    });
    const variances = rows.map((_, axis) => code.quantizer(axis, 0).distortion);
    expect(variances).toEqual(variances.toSorted((a, b) => b - a));
    // The sample variance of n normal values deviates by sqrt(2 / n); neighbours differ by a factor of 4.
    const bound = 5 * Math.sqrt(2 / COUNT);
    variances.forEach((variance, axis) => {
      expect(Math.abs(variance / 4 ** (3 - axis) - 1)).toBeLessThan(bound + 0.1);
    });
  });
});

describe("allocateBits", () => {
  it("spends the whole budget, up to 6 bits for every axis, and more never on a smaller variance", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), (budget) => {
        const bits = [...allocateBits(code, budget)];
        expect(bits.reduce((sum, value) => sum + value, 0)).toBe(Math.min(budget, MAX_BITS_PER_AXIS * DIM));
        expect(bits).toEqual(bits.toSorted((a, b) => b - a));
      }),
    );
  });

  it("gives few bits to few axes: fewer dimensions by principal components", () => {
    expect([...allocateBits(code, 1)]).toEqual([1, 0, 0, 0, 0, 0]);
    expect([...allocateBits(code, 3)]).toEqual([2, 1, 0, 0, 0, 0]);
  });
});

describe("quantize", () => {
  it("errs less with every bit, from the whole variance to a thousandth of it", () => {
    const errors = [0, 1, 2, 4, 8, 16, 36].map(errorAt);
    errors.slice(1).forEach((error, i) => expect(error).toBeLessThan(errors[i]!));
    const variance = [0, 1, 2, 3, 4, 5].reduce((sum, axis) => sum + code.quantizer(axis, 0).distortion, 0);
    expect(errors[0]! / variance).toBeCloseTo(1, 4);
    expect(errors.at(-1)! / variance).toBeLessThan(1.5e-3);
  });

  it("sends the level's number, highest bit first, and the level is what arrives", () => {
    const allocation = Uint8Array.of(3, 0, 0, 0, 0, 0);
    const { payload, embeddings: received } = quantize(code, embeddings, allocation);
    expect(payload.length).toBe(3 * COUNT);
    for (let image = 0; image < COUNT; image++) {
      const [a, b, c] = payload.subarray(3 * image, 3 * image + 3) as unknown as [number, number, number];
      const level = code.quantizer(0, 3).levels[4 * a + 2 * b + c]!;
      for (let d = 0; d < DIM; d++) {
        expect(received[image * DIM + d]).toBeCloseTo(code.mean[d]! + level * code.axes[d]!, 4);
      }
    }
  });
});
