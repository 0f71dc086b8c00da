// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ImageSet } from "../data/dataset.ts";
import { intensityMoments } from "../data/intensities.ts";
import { symmetricEigen, whiteningFilters } from "./whitening.ts";

const VARIANCE_FLOOR = 5e-4;
const [COUNT, CHANNELS, SIDE] = [40, 3, 8];
const SIZE = 4 * CHANNELS;

/** Images whose neighbours and channels have much in common, as those of photographs. */
const set: ImageSet = (() => {
  const rng = rngFrom(1);
  const scene = rng.fold("scene").normal(COUNT * SIDE * SIDE);
  const noise = rng.fold("noise").normal(COUNT * CHANNELS * SIDE * SIDE);
  const images = Uint8ClampedArray.from(noise, (value, i) => {
    const image = Math.floor(i / (CHANNELS * SIDE * SIDE));
    const pixel = i % (SIDE * SIDE);
    const block = pixel - (pixel % 4); // four neighbours share their light
    return 120 + 40 * scene[image * SIDE * SIDE + block]! + 15 * value;
  });
  const size = { count: COUNT, channels: CHANNELS, height: SIDE, width: SIDE };
  return { images: new Uint8Array(images.buffer), labels: new Uint8Array(COUNT), ...size };
})();
const { mean, std } = intensityMoments(set);
const filters = whiteningFilters(set, mean, std);

/** Every 2x2 patch on even places, laid out as filters are: row, column, channel. */
function patches(): number[][] {
  const value = (image: number, channel: number, y: number, x: number): number =>
    (set.images[((image * CHANNELS + channel) * SIDE + y) * SIDE + x]! / 255 - mean[channel]!) /
    std[channel]!;
  const all: number[][] = [];
  for (let image = 0; image < COUNT; image++)
    for (let y = 0; y < SIDE; y += 2)
      for (let x = 0; x < SIDE; x += 2)
        all.push(
          Array.from({ length: SIZE }, (_, i) =>
            value(
              image,
              i % CHANNELS,
              y + Math.floor(i / (2 * CHANNELS)),
              x + (Math.floor(i / CHANNELS) % 2),
            ),
          ),
        );
  return all;
}

/** `[size, size]` mean of `v vᵀ`. */
function secondMoment(vectors: readonly (readonly number[])[], size: number): number[][] {
  return Array.from({ length: size }, (_, i) =>
    Array.from(
      { length: size },
      (_, j) => vectors.reduce((sum, v) => sum + v[i]! * v[j]!, 0) / vectors.length,
    ),
  );
}

describe("whiteningFilters", () => {
  const filtered = patches().map((patch) =>
    Array.from({ length: SIZE }, (_, filter) =>
      patch.reduce((sum, value, i) => sum + value * filters[filter * SIZE + i]!, 0),
    ),
  );
  const { values } = symmetricEigen(Float64Array.from(secondMoment(patches(), SIZE).flat()), SIZE);
  const variances = [...values].sort((a, b) => b - a);

  it("make patches white: uncorrelated, of variance λ / (λ + floor), strongest direction first", () => {
    secondMoment(filtered, SIZE).forEach((row, i) => {
      row.forEach((value, j) => {
        const white = i === j ? variances[i]! / (variances[i]! + VARIANCE_FLOOR) : 0;
        expect(Math.abs(value - white), `entry ${i}, ${j}`).toBeLessThan(1e-4);
      });
    });
    expect(variances.at(-1)).toBeGreaterThan(10 * VARIANCE_FLOOR); // so it is nearly the identity here
  });

  it("come with their negatives", () => {
    expect(filters.length).toBe(2 * SIZE * SIZE);
    expect(filters.subarray(SIZE * SIZE)).toEqual(filters.subarray(0, SIZE * SIZE).map((value) => -value));
  });

  it("do not blow up a direction without variance", () => {
    const grey: ImageSet = { ...set, images: set.images.map((_, i) => set.images[i % (SIDE * SIDE)]!) };
    const moments = intensityMoments(grey);
    const ofGrey = whiteningFilters(grey, moments.mean, moments.std);
    expect(Math.max(...ofGrey.map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(VARIANCE_FLOOR) + 1e-3);
  });
});

describe("symmetricEigen", () => {
  const size = 5;
  const symmetric = fc
    .array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 25, maxLength: 25 })
    .map((entries) =>
      Float64Array.from(entries, (value, i) => value + entries[(i % size) * size + Math.floor(i / size)]!),
    );

  it("reconstructs the matrix, V diag(λ) Vᵀ = A, from orthonormal columns, Vᵀ V = 1", () => {
    fc.assert(
      fc.property(symmetric, (matrix) => {
        const { values, vectors } = symmetricEigen(matrix, size);
        const at = (row: number, column: number): number => vectors[row * size + column]!;
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) {
            let [entry, product] = [0, 0];
            for (let k = 0; k < size; k++) {
              entry += at(i, k) * values[k]! * at(j, k);
              product += at(k, i) * at(k, j);
            }
            expect(Math.abs(entry - matrix[i * size + j]!)).toBeLessThan(1e-9);
            expect(Math.abs(product - (i === j ? 1 : 0))).toBeLessThan(1e-12);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it("knows [[2, 1], [1, 2]]: 1 and 3", () => {
    const { values } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect([...values].sort((a, b) => a - b).map((value) => value.toFixed(12))).toEqual([
      "1.000000000000",
      "3.000000000000",
    ]);
  });
});
