// SPDX-License-Identifier: Apache-2.0
import type { FigureInfo, Measured } from "../results/figures.ts";
import { clusteredMeanInterval, meanInterval } from "../numbers/statistics.ts";
import type { Figure } from "../task/task.ts";
import type { Outcomes } from "./measure-line.ts";

const CONFIDENCE = 0.95;

/**
 * A figure with its interval over items: for shares Wilson's at the effective number of items, otherwise Student's mean; one
 * less the mean where the outcome is what is missed.
 *
 * @param outcomes - [n] one value for each item
 */
export function estimateOf({ summary }: Pick<Figure, "summary">, outcomes: Float32Array): Measured {
  if (summary === "share") return clusteredMeanInterval(outcomes, CONFIDENCE);
  const mean = meanInterval(outcomes, CONFIDENCE);
  if (summary === "mean") return mean;
  const { value, low, high, ...rest } = mean;
  return { ...rest, value: 1 - value, low: 1 - high, high: 1 - low };
}

/** Every figure that a line has at a point. */
export function estimatesOf(figures: readonly Figure[], outcomes: Outcomes): Record<string, Measured> {
  return Object.fromEntries(
    figures.flatMap((figure) => {
      const own = outcomes[figure.id];
      return own === undefined ? [] : [[figure.id, estimateOf(figure, own)]];
    }),
  );
}

/**
 * The paired difference of two lines in one figure, item by item, with its normal interval: what both have in common
 * cancels.
 *
 * @param a - [n] outcomes of the first
 * @param b - [n] outcomes of the second on the same items
 */
export function differenceOf(
  { summary }: Pick<Figure, "summary">,
  a: Float32Array,
  b: Float32Array,
): Measured {
  const sign = summary === "one-minus-mean" ? -1 : 1;
  const differences = a.map((value, item) => sign * (value - b[item]!));
  return { ...meanInterval(differences, CONFIDENCE), method: "paired-normal" };
}

/** What results say of a figure: everything but how it is taken. */
export function infoOf({ id, label, meaning, unit, isShare, chance }: Figure): FigureInfo {
  return { id, label, meaning, unit, isShare, chance };
}
