// SPDX-License-Identifier: Apache-2.0
import { normalQuantile } from "./statistics.ts";
import { type Estimate, momentsOf } from "./differences.ts";

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
