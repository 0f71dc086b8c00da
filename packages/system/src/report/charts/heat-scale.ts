// SPDX-License-Identifier: Apache-2.0
import { sequential } from "../palette.ts";

/** Equal bins with round edges, one for each colour that is used. */
export interface HeatScale {
  /** Lower edge of the first bin. */
  readonly start: number;
  /** Width of a bin. */
  readonly step: number;
  readonly numBins: number;
}

/** Widths of bins in units of the finest one; a hundred times these follow. */
const STEPS = [1, 2, 4, 10, 20, 30] as const;
const FINEST = 0.5;

/**
 * The narrowest bins with round edges, no more than there are colours, that hold all values.
 *
 * @param values - at least one
 * @param finest - width below which a bin is not worth a colour, 5 times a power of ten
 */
export function heatScale(values: readonly number[], finest: number = FINEST): HeatScale {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const scaleOf = (step: number): HeatScale => {
    const start = Math.floor(low / step) * step;
    return { start, step, numBins: Math.max(1, Math.ceil((high - start) / step)) };
  };
  for (let unit = finest; ; unit *= 100) {
    const found = STEPS.map((step) => scaleOf(step * unit)).find(
      ({ numBins }) => numBins <= sequential.length,
    );
    if (found !== undefined) return found;
  }
}

/** Place of a value's bin and colour; the upper edge of the last bin belongs to it. */
export function binOf(value: number, { start, step, numBins }: HeatScale): number {
  return Math.min(numBins - 1, Math.max(0, Math.floor((value - start) / step)));
}
