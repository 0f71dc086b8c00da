// SPDX-License-Identifier: Apache-2.0
import { sequential } from "../palette.ts";

/** Equal bins with round edges, one for each colour that is used. */
export interface HeatScale {
  /** Lower edge of the first bin [percent]. */
  readonly start: number;
  /** Width of a bin [percent]. */
  readonly step: number;
  readonly numBins: number;
}

const STEPS = [0.5, 1, 2, 5, 10, 15] as const;

/**
 * The narrowest bins with round edges, no more than there are colours, that hold all values.
 *
 * @param values - [percent], at least one
 */
export function heatScale(values: readonly number[]): HeatScale {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const scaleOf = (step: number): HeatScale => {
    const start = Math.floor(low / step) * step;
    return { start, step, numBins: Math.max(1, Math.ceil((high - start) / step)) };
  };
  return STEPS.map(scaleOf).find(({ numBins }) => numBins <= sequential.length) ?? scaleOf(STEPS.at(-1)!);
}

/** Place of a value's bin and colour; the upper edge of the last bin belongs to it. */
export function binOf(value: number, { start, step, numBins }: HeatScale): number {
  return Math.min(numBins - 1, Math.max(0, Math.floor((value - start) / step)));
}
