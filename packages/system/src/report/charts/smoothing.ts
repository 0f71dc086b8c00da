// SPDX-License-Identifier: Apache-2.0
import type { Curve } from "../../results/results.ts";

/** One point of a curve: step and value. */
export type CurvePoint = Curve["points"][number];

const MIN_POINTS = 30;
const WINDOWS_PER_CURVE = 25;

/** Whether a curve is long enough to be drawn smoothed over its raw values. */
export function isSmoothable(points: readonly CurvePoint[]): boolean {
  return points.length >= MIN_POINTS;
}

/**
 * Moving average `s_i = mean(v_(i−r) … v_(i+r))` with `2r + 1` about a 25th of the curve; at the ends the
 * window is cut off, so the last value is a mean as well and not one noisy sample.
 */
export function smooth(points: readonly CurvePoint[]): CurvePoint[] {
  const radius = Math.floor(points.length / WINDOWS_PER_CURVE / 2);
  return points.map(([step], index) => {
    const window = points.slice(Math.max(0, index - radius), index + radius + 1);
    return [step, window.reduce((sum, [, value]) => sum + value, 0) / window.length];
  });
}
