// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";

const SEED = 0;
const NUM_STARTS = 3;
/** Sharpness of the soft maximum over pairs: from all pairs counting to only the closest. */
const SHARPNESS = [4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048];
const NUM_STEPS = 60;
/** Pairs whose weight is below e^-30 of the closest pair's are left out. */
const NEGLIGIBLE = -30;

/**
 * Unit vectors whose largest pairwise correlation is small: gradient descent on the soft maximum
 * `(1/b) ln sum_{i<j} exp(b <c_i, c_j>)`, b growing, from a few seeded random starts of which the best is kept.
 *
 * A local optimum, found deterministically. Use a simplex where one fits.
 *
 * @param numPoints - at least 2
 * @param numDimensions - real dimensions, at least 1
 * @returns [numPoints, numDimensions] in double precision
 */
export function sphericalCode(numPoints: number, numDimensions: number): Float64Array {
  const starts = Array.from({ length: NUM_STARTS }, (_, start) => {
    const rng = rngFrom(SEED).fold("spherical-code").fold(start);
    return descend(Float64Array.from(rng.normal(numPoints * numDimensions)), numDimensions);
  });
  return starts.reduce((best, code) =>
    largestCorrelation(code, numDimensions) < largestCorrelation(best, numDimensions) ? code : best,
  );
}

/** `max_{i<j} <c_i, c_j>` of a code `[numPoints, numDimensions]`. */
export function largestCorrelation(code: ArrayLike<number>, numDimensions: number): number {
  return correlations(code, numDimensions).reduce((largest, value) => Math.max(largest, value), -Infinity);
}

/** Steps that lower the soft maximum are kept and lengthened, others are halved and tried again. */
function descend(start: Float64Array, numDimensions: number): Float64Array {
  let code = normalizePoints(start, numDimensions);
  let stepSize = 0.1;
  for (const sharpness of SHARPNESS) {
    let here = softMaximum(code, numDimensions, sharpness);
    for (let step = 0; step < NUM_STEPS; step++) {
      const largest = here.gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-300);
      const moved = code.map((value, i) => value - (stepSize * here.gradient[i]!) / largest);
      const candidate = normalizePoints(moved, numDimensions);
      const there = softMaximum(candidate, numDimensions, sharpness);
      const isBetter = there.value < here.value;
      if (isBetter) [code, here] = [candidate, there];
      stepSize *= isBetter ? 1.3 : 0.5;
    }
  }
  return code;
}

/** Value of the soft maximum, and its gradient `sum_j p_ij c_j` within the sphere's tangent. */
function softMaximum(
  code: Float64Array,
  numDimensions: number,
  sharpness: number,
): { value: number; gradient: Float64Array } {
  const pairs = correlations(code, numDimensions);
  const shift = pairs.reduce((largest, value) => Math.max(largest, value), -Infinity); // exponentials stay below 1
  const gradient = new Float64Array(code.length);
  let total = 0;
  for (let i = 0, pair = 0; i < code.length; i += numDimensions) {
    for (let j = 0; j < i; j += numDimensions, pair++) {
      const correlation = pairs[pair]!;
      const exponent = sharpness * (correlation - shift);
      if (exponent < NEGLIGIBLE) continue;
      const weight = Math.exp(exponent);
      total += weight;
      for (let axis = 0; axis < numDimensions; axis++) {
        // Tangent of c_i is c_j - <c_i, c_j> c_i.
        gradient[i + axis]! += weight * (code[j + axis]! - correlation * code[i + axis]!);
        gradient[j + axis]! += weight * (code[i + axis]! - correlation * code[j + axis]!);
      }
    }
  }
  return { value: shift + Math.log(total) / sharpness, gradient: gradient.map((value) => value / total) };
}

/** `<c_i, c_j>` for j < i, row by row. */
function correlations(code: ArrayLike<number>, numDimensions: number): Float64Array {
  const numPoints = code.length / numDimensions;
  const out = new Float64Array((numPoints * (numPoints - 1)) / 2);
  for (let i = 0, pair = 0; i < code.length; i += numDimensions) {
    for (let j = 0; j < i; j += numDimensions, pair++) {
      let correlation = 0;
      for (let axis = 0; axis < numDimensions; axis++) correlation += code[i + axis]! * code[j + axis]!;
      out[pair] = correlation;
    }
  }
  return out;
}

function normalizePoints(code: Float64Array, numDimensions: number): Float64Array {
  for (let i = 0; i < code.length; i += numDimensions) {
    const point = code.subarray(i, i + numDimensions);
    const norm = Math.hypot(...point);
    for (let axis = 0; axis < numDimensions; axis++) point[axis]! /= norm;
  }
  return code;
}
