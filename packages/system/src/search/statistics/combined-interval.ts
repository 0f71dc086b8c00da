// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { studentQuantile } from "../../numbers/student-distribution.ts";
import type { SearchEstimate } from "../search-results.ts";

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
export function combinedInterval(value: number, n: number, parts: readonly VariancePart[]): SearchEstimate {
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
