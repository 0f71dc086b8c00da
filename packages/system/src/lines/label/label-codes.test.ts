// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelCode, repetitionQpsk } from "./label-codes.ts";
import { maxSimplexPoints, simplexCodebook } from "./simplex.ts";
import { largestCorrelation, sphericalCode } from "./spherical-code.ts";

/** Correlations `<c_i, c_j> / k` of all pairs i != j, with the labels of each pair. */
function correlations(codebook: Float32Array, numSymbols: number): { i: number; j: number; value: number }[] {
  const stride = 2 * numSymbols;
  const words = Array.from({ length: codebook.length / stride }, (_, label) =>
    codebook.subarray(label * stride, (label + 1) * stride),
  );
  const inner = (a: Float32Array, b: Float32Array): number =>
    a.reduce((sum, value, axis) => sum + value * b[axis]!, 0);
  return words.flatMap((a, i) =>
    words.flatMap((b, j) => (i === j ? [] : [{ i, j, value: inner(a, b) / numSymbols }])),
  );
}

describe.each([labelCode, repetitionQpsk].map((line) => [line.name, line] as const))("%s", (_name, line) => {
  it("has [numClasses, numSymbols, 2] values and mean symbol power exactly 1 per codeword", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 1, max: 32 }),
        (numClasses, numSymbols) => {
          const words = line.codebook(numClasses, numSymbols);
          const stride = 2 * numSymbols;
          expect(words.length).toBe(numClasses * stride);
          for (let first = 0; first < words.length; first += stride) {
            const power = words
              .subarray(first, first + stride)
              .reduce((sum, value) => sum + value * value, 0);
            expect(Math.abs(power / numSymbols - 1)).toBeLessThan(1e-6); // float32 coordinates
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it("is the same codebook every time", () => {
    expect(line.codebook(10, 2)).toEqual(line.codebook(10, 2));
  });

  it.each([
    [1, 4],
    [257, 100],
    [2.5, 4],
    [10, 0],
  ])("refuses %d classes over %d symbols", (numClasses, numSymbols) => {
    expect(() => line.codebook(numClasses, numSymbols)).toThrow(
      expect.objectContaining({ code: "invalid-argument" }),
    );
  });
});

describe("labelCode", () => {
  it("is a regular simplex, all correlations -1 / (M - 1), where 2 k >= M - 1", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 0, max: 20 }), (numClasses, extra) => {
        const numSymbols = Math.ceil((numClasses - 1) / 2) + extra;
        for (const { value } of correlations(labelCode.codebook(numClasses, numSymbols), numSymbols)) {
          expect(Math.abs(value + 1 / (numClasses - 1))).toBeLessThan(1e-6);
        }
      }),
    );
  });

  it("is two orthogonal simplices of 5 points for 10 classes over 4 symbols", () => {
    for (const { i, j, value } of correlations(labelCode.codebook(10, 4), 4)) {
      const isSameSimplex = i < 5 === j < 5;
      expect(Math.abs(value - (isSameSimplex ? -1 / 4 : 0))).toBeLessThan(1e-6);
    }
  });

  it("has no positive correlation up to 4 k classes, the optimum beyond a simplex", () => {
    for (const [numClasses, numSymbols] of [
      [10, 3],
      [7, 2],
      [8, 2],
      [4, 1],
      [12, 4],
    ] as const) {
      const largest = Math.max(
        ...correlations(labelCode.codebook(numClasses, numSymbols), numSymbols).map((p) => p.value),
      );
      expect(Math.abs(largest)).toBeLessThan(1e-6);
    }
  });

  it("is the regular decagon for 10 classes over 1 symbol", () => {
    const largest = Math.max(...correlations(labelCode.codebook(10, 1), 1).map(({ value }) => value));
    expect(largest).toBeCloseTo(Math.cos(Math.PI / 5), 4);
  });
});

describe("simplexCodebook", () => {
  it("refuses more than 4 k classes, which only an optimised code can hold", () => {
    expect(maxSimplexPoints(2)).toBe(8);
    expect(() => simplexCodebook(9, 2)).toThrow(
      "simplexCodebook: expected 2..8 classes and at least 1 symbol",
    );
  });
});

describe("sphericalCode", () => {
  // Best known codes: polygon, square antiprism, icosahedron, Petersen code, simplex, biorthogonal code.
  it.each([
    [5, 2, Math.cos((2 * Math.PI) / 5)],
    [8, 3, (2 * Math.SQRT2 - 1) / 7],
    [12, 3, 1 / Math.sqrt(5)],
    [10, 4, 1 / 6],
    [6, 5, -1 / 5],
    [10, 5, 0],
  ])(
    "finds the best known arrangement of %i points in %i dimensions, correlation %d",
    (numPoints, n, best) => {
      expect(largestCorrelation(sphericalCode(numPoints, n), n)).toBeCloseTo(best, 3);
    },
  );

  it("is far below repetition for 100 classes over 4 symbols", () => {
    const repetition = 1 - 2 / 8; // words that differ in one of 8 positions
    expect(largestCorrelation(sphericalCode(100, 8), 8)).toBeLessThan(0.47);
    expect(repetition).toBeGreaterThan(0.47);
  });
});
