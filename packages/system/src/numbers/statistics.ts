// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { type Estimate, momentsOf } from "./differences.ts";
import { checkProbability, normalQuantile, studentQuantile } from "./distributions.ts";

/** Median of at least one number; of an even count the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

/**
 * Ranks from 1; equal values share the mean of their ranks.
 *
 * @param values - [n]
 * @returns [n]
 */
export function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}

/**
 * Spearman's rank correlation, Pearson's correlation of the ranks, with a 95 % interval
 * `tanh(atanh ρ ± z √((1 + ρ²/2) / (n - 3)))`; with fewer than 4 pairs it is [-1, 1]. A perfect order, whose atanh is
 * infinite, counts as half way to that with two neighbours exchanged, `1 - 6 / (n (n² - 1))`.
 *
 * @returns null where all values of a side are equal, which have no order, or with fewer than 2 pairs
 * @source Spearman 1904; Bonett, Wright 2000 (variance)
 */
export function spearman(x: readonly number[], y: readonly number[]): Estimate | null {
  const n = x.length;
  if (n < 2) return null;
  const [a, b] = [ranksOf(x), ranksOf(y)];
  const [ofA, ofB] = [momentsOf(a), momentsOf(b)];
  if (ofA.variance === 0 || ofB.variance === 0) return null;
  const covariance = a.reduce((sum, rank, i) => sum + (rank - ofA.mean) * (b[i]! - ofB.mean), 0) / (n - 1);
  const value = clamp(covariance / Math.sqrt(ofA.variance * ofB.variance), 1);
  if (n < 4) return { value, low: -1, high: 1, n };
  const halfWidth = normalQuantile(0.975) * Math.sqrt((1 + value ** 2 / 2) / (n - 3));
  const centre = Math.atanh(clamp(value, 1 - 6 / (n * (n * n - 1))));
  return {
    value,
    low: Math.min(value, Math.tanh(centre - halfWidth)),
    high: Math.max(value, Math.tanh(centre + halfWidth)),
    n,
  };
}

function clamp(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}

export { normalCdf, normalQuantile } from "./distributions.ts";

/** An estimate with its confidence interval; a `Measured` of the results file when `confidence` is 0.95. */
export interface Interval<Confidence extends number = number> {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Independent units behind the estimate: images or seeds, never draws of one image. */
  readonly n: number;
  readonly confidence: Confidence;
  readonly method: "wilson" | "paired-normal" | "normal";
}

/**
 * Wilson's score interval of a proportion, `(p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)`.
 *
 * Inside [0, 1], and of positive width also when all or none succeed.
 *
 * @param successes - 0..n
 * @param n - independent trials, at least 1
 * @throws SemlinkError "invalid-argument" when the counts do not fit
 * @source Wilson 1927
 */
export function wilsonInterval<const Confidence extends number>(
  successes: number,
  n: number,
  confidence: Confidence,
): Interval<Confidence> {
  if (!(n >= 1 && successes >= 0 && successes <= n)) {
    throw invalid("wilsonInterval", "0 <= successes <= n and n >= 1", `${successes} of ${n}`);
  }
  return { ...wilson(successes / n, n, confidence), n, confidence, method: "wilson" };
}

/**
 * Mean of the paired differences `a_i - b_i` with its normal interval, `mean +- z s / sqrt(n)`.
 *
 * Two systems measured on the same images under the same fades and noise: what they have in common cancels, so
 * this is narrower than the difference of two separate intervals.
 *
 * @param a - [n] 1 where the first system is right
 * @param b - [n] 1 where the second system is right on the same image
 * @throws SemlinkError "invalid-argument" when the lengths differ or are below 2
 */
export function pairedDifference<const Confidence extends number>(
  a: Uint8Array,
  b: Uint8Array,
  confidence: Confidence,
): Interval<Confidence> {
  if (a.length !== b.length) {
    throw invalid("pairedDifference", "flags of the same images", `${a.length} and ${b.length} flags`);
  }
  const differences = Float64Array.from(a, (flag, i) => flag - b[i]!);
  const { mean, variance } = moments("pairedDifference", differences);
  const halfWidth = zFor(confidence) * Math.sqrt(variance / a.length);
  return { ...around(mean, halfWidth), n: a.length, confidence, method: "paired-normal" };
}

/**
 * Mean of independent values with the interval that is exact when they are normal, `mean +- t s / sqrt(n)`, t of
 * Student's distribution: honest for three seeds, the normal interval for thousands of images.
 *
 * @param values - [n] independent values, at least 2
 * @throws SemlinkError "invalid-argument" when there are fewer
 */
export function meanInterval<const Confidence extends number>(
  values: ArrayLike<number>,
  confidence: Confidence,
): Interval<Confidence> {
  const n = values.length;
  const { mean, variance } = moments("meanInterval", values);
  checkProbability("confidence", confidence);
  const halfWidth = studentQuantile((1 + confidence) / 2, n - 1) * Math.sqrt(variance / n);
  return { ...around(mean, halfWidth), n, confidence, method: "normal" };
}

/**
 * A proportion from several random draws per image: Wilson's interval at the effective number of trials
 * `p (1 - p) / (s^2 / n)`, `s^2 / n` the variance of the mean of n image means.
 *
 * The draws of an image are not independent trials: an easy image succeeds in all. With one draw per image this
 * is `wilsonInterval`; further draws narrow it only by what they add. Without any spread n is the number of trials.
 *
 * @param perImageMeans - [n] share of each image's draws that succeed, in [0, 1]
 * @returns n is the number of images
 * @throws SemlinkError "invalid-argument" when a value is outside [0, 1] or there are fewer than 2
 * @source Korn, Graubard 1998 (effective sample size), with Wilson's interval in place of the exact one
 */
export function clusteredMeanInterval<const Confidence extends number>(
  perImageMeans: ArrayLike<number>,
  confidence: Confidence,
): Interval<Confidence> {
  const outside = Array.from(perImageMeans).find((value) => !(value >= 0 && value <= 1));
  if (outside !== undefined) {
    throw invalid("clusteredMeanInterval", "shares of successful draws in [0, 1]", String(outside));
  }
  const n = perImageMeans.length;
  const { mean, variance } = moments("clusteredMeanInterval", perImageMeans);
  const spread = (variance * (n - 1)) / n;
  const effective = spread > 0 ? (mean * (1 - mean) * n) / spread : n;
  return { ...wilson(mean, effective, confidence), n, confidence, method: "wilson" };
}

type Bounds = Pick<Interval, "value" | "low" | "high">;

function wilson(p: number, n: number, confidence: number): Bounds {
  const z2 = zFor(confidence) ** 2 / n;
  const centre = (p + z2 / 2) / (1 + z2);
  const halfWidth = Math.sqrt(z2 * p * (1 - p) + (z2 * z2) / 4) / (1 + z2);
  // Rounding must not push a bound over the value or out of [0, 1].
  return {
    value: p,
    low: Math.max(0, Math.min(p, centre - halfWidth)),
    high: Math.min(1, Math.max(p, centre + halfWidth)),
  };
}

function around(value: number, halfWidth: number): Bounds {
  return { value, low: value - halfWidth, high: value + halfWidth };
}

/** The z with `P(|N| <= z) = confidence`. */
function zFor(confidence: number): number {
  checkProbability("confidence", confidence);
  return normalQuantile((1 + confidence) / 2);
}

function moments(where: string, values: ArrayLike<number>): { mean: number; variance: number } {
  const n = values.length;
  if (n < 2) throw invalid(where, "at least 2 values", String(n));
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]!;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i]! - mean) ** 2;
  return { mean, variance: squares / (n - 1) };
}

function invalid(where: string, expected: string, actual: string): SemlinkError {
  return new SemlinkError({ code: "invalid-argument", where, expected, actual });
}
