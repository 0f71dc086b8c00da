// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { studentQuantile } from "./distributions.ts";

/** A value with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Values, or pairs of them, that it comes from. */
  readonly n: number;
}

/** One independent part of the variance of an estimate. */
export interface VariancePart {
  /** Variance of the mean, `s² / n`. */
  readonly variance: number;
  readonly degreesOfFreedom: number;
}

/** Mean and variance (division by n - 1) of values; the variance of a single one is NaN. */
export function momentsOf(values: ArrayLike<number>): { mean: number; variance: number; n: number } {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]!;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i]! - mean) ** 2;
  return { mean, variance: squares / (n - 1), n };
}

/**
 * 95 % interval of an estimate whose variance is the sum of parts, `value ± t √(Σ v_k)`, t of Student's distribution
 * with `(Σ v_k)² / Σ (v_k² / ν_k)` degrees of freedom, rounded down.
 *
 * @throws SemlinkError `invalid-argument` without a part that has degrees of freedom
 * @source Satterthwaite 1946; Welch 1947
 */
export function combinedInterval(value: number, n: number, parts: readonly VariancePart[]): Estimate {
  if (parts.length === 0 || parts.some(({ degreesOfFreedom }) => degreesOfFreedom < 1)) {
    throw new SemlinkError({
      code: "invalid-argument",
      where: "combinedInterval",
      expected: "parts of the variance from at least 2 values each",
      actual: `${parts.length} parts`,
    });
  }
  const variance = parts.reduce((sum, part) => sum + part.variance, 0);
  const spread = parts.reduce((sum, part) => sum + part.variance ** 2 / part.degreesOfFreedom, 0);
  if (spread === 0) return { value, low: value, high: value, n };
  const degreesOfFreedom = Math.max(1, Math.floor(variance ** 2 / spread));
  const halfWidth = studentQuantile(0.975, degreesOfFreedom) * Math.sqrt(variance);
  return { value, low: value - halfWidth, high: value + halfWidth, n };
}

/**
 * Difference of two means of independent runs with Welch's interval, `ā - b̄ ± t √(s_a²/n_a + s_b²/n_b)`: the chosen
 * student over its seeds against random genotypes, one run each, whose spread holds that of genotypes and of seeds. A
 * single run of `a` counts with the spread of `b`.
 *
 * @param a - [n_a] values, at least 1
 * @param b - [n_b] values, at least 2
 * @throws SemlinkError `invalid-argument` when there are fewer
 * @source Welch 1947
 */
export function differenceOfMeans(a: readonly number[], b: readonly number[]): Estimate {
  const [ofA, ofB] = [momentsOf(a), momentsOf(b)];
  const difference = ofA.mean - ofB.mean;
  const n = Math.min(a.length, b.length);
  if (a.length === 1) {
    const variance = ofB.variance * (1 + 1 / ofB.n);
    return combinedInterval(difference, n, [{ variance, degreesOfFreedom: ofB.n - 1 }]);
  }
  return combinedInterval(difference, n, [partOf(ofA), partOf(ofB)]);
}

/**
 * Mean paired difference over seeds and test images: `a` and `b` have the same seeds and meet the same images. Both
 * are samples, so the variance is that of the seeds' means over the number of seeds plus that of the images' means
 * over the number of images; what seed and image do together is counted in both, on the safe side. With one seed the
 * interval is that of the images alone.
 *
 * @param a - [seeds] outcome of every image, such as 1 where right
 * @param b - [seeds] outcomes of the same images
 * @throws SemlinkError `invalid-argument` when seeds or images are not the same numbers
 */
export function pairedOverSeeds(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): Estimate {
  const numImages = a[0]?.length ?? 0;
  if (a.length !== b.length || [...a, ...b].some(({ length }) => length !== numImages) || numImages < 2) {
    throw notPaired(a, b);
  }
  const ofSeeds = a.map((outcomes, seed) => meanDifference(outcomes, b[seed]!));
  const ofImages = Float64Array.from({ length: numImages }, (_, image) => {
    const total = a.reduce((sum, outcomes, seed) => sum + outcomes[image]! - b[seed]![image]!, 0);
    return total / a.length;
  });
  const images = momentsOf(ofImages);
  const seeds = momentsOf(ofSeeds);
  return combinedInterval(
    images.mean,
    a.length,
    a.length > 1 ? [partOf(seeds), partOf(images)] : [partOf(images)],
  );
}

function partOf({ variance, n }: { readonly variance: number; readonly n: number }): VariancePart {
  return { variance: variance / n, degreesOfFreedom: n - 1 };
}

function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let image = 0; image < a.length; image++) sum += a[image]! - b[image]!;
  return sum / a.length;
}

function notPaired(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): SemlinkError {
  const sizes = (runs: readonly ArrayLike<number>[]): string => runs.map(({ length }) => length).join(", ");
  return new SemlinkError({
    code: "invalid-argument",
    where: "pairedOverSeeds",
    expected: "as many seeds on both sides, each with the same images, at least 2",
    actual: `[${sizes(a)}] and [${sizes(b)}] images`,
  });
}
