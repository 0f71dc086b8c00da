// SPDX-License-Identifier: Apache-2.0
import type { FigureInfo, Measured } from "../results/results.ts";

/** A ratio with the ends of its 95 % interval. */
interface Ratio {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The ratio `a / b` of two shares with `[low, high]`, from their intervals on the logarithmic scale:
 * `ln low = ln(a/b) − √(ln²(a/a_low) + ln²(b_high/b))`, `ln high = ln(a/b) + √(ln²(a_high/a) + ln²(b/b_low))`.
 *
 * Takes the two as independent. Both are measured on the same items, where the errors go together, so the
 * interval is wider than need be, never narrower.
 *
 * @returns `undefined` when `b` is zero
 * @source Zou & Donner 2008, Statistics in Medicine 27(10), method of variance estimates recovery
 */
export function ratioOf(a: Measured, b: Measured): Ratio | undefined {
  if (b.value <= 0 || b.low <= 0) return undefined;
  const value = a.value / b.value;
  if (a.low <= 0) return { value, low: 0, high: a.high / b.low };
  const down = Math.hypot(Math.log(a.value / a.low), Math.log(b.high / b.value));
  const up = Math.hypot(Math.log(a.high / a.value), Math.log(b.value / b.low));
  return { value, low: value * Math.exp(-down), high: value * Math.exp(up) };
}

/** {@link ratioOf} two values of a figure; undefined where one is missing, or where a ratio says nothing: of no share. */
export function shareOf(
  { isShare }: Pick<FigureInfo, "isShare">,
  part: Measured | undefined,
  whole: Measured | undefined,
): Ratio | undefined {
  return isShare && part !== undefined && whole !== undefined ? ratioOf(part, whole) : undefined;
}
