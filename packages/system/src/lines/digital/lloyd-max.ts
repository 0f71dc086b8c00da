// SPDX-License-Identifier: Apache-2.0

/** A scalar quantiser: decision thresholds between reproduction levels, both ascending. */
export interface ScalarQuantizer {
  /** [numLevels] */
  readonly levels: Float64Array;
  /** Mean squared error on the samples that it was made for. */
  readonly distortion: number;
}

const MAX_ITERATIONS = 200;

/**
 * The quantiser of least mean squared error for given samples: thresholds in the middle of neighbouring levels, levels at
 * the mean of their cell, repeated until nothing moves.
 *
 * @param sorted - samples, ascending, at least one
 * @param numLevels - at least 1; cells that stay empty keep their level
 * @source Lloyd 1982; Max 1960; Panter & Dite 1951 (start)
 */
export function lloydMax(sorted: Float64Array, numLevels: number): ScalarQuantizer {
  const sums = new Float64Array(sorted.length + 1);
  const squares = new Float64Array(sorted.length + 1);
  sorted.forEach((value, i) => {
    sums[i + 1] = sums[i]! + value;
    squares[i + 1] = squares[i]! + value * value;
  });
  // For a normal variable the levels of a fine quantiser lie like quantiles of sqrt(3) times its deviation.
  const middle = sums.at(-1)! / sorted.length;
  const levels = Float64Array.from({ length: numLevels }, (_, level) => {
    const quantile = sorted[Math.floor(((level + 0.5) * sorted.length) / numLevels)]!;
    const stretched = middle + Math.sqrt(3) * (quantile - middle);
    return Math.min(Math.max(stretched, sorted[0]!), sorted.at(-1)!);
  });
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    let numMoved = 0;
    forEachCell(sorted, levels, (level, from, to) => {
      const mean = (sums[to]! - sums[from]!) / (to - from);
      if (mean !== levels[level]) numMoved += 1;
      levels[level] = mean;
    });
    if (numMoved === 0) break;
  }
  let error = 0;
  forEachCell(sorted, levels, (level, from, to) => {
    const value = levels[level]!;
    const [sum, square] = [sums[to]! - sums[from]!, squares[to]! - squares[from]!];
    error += square - 2 * value * sum + (to - from) * value * value;
  });
  return { levels, distortion: Math.max(0, error / sorted.length) };
}

/** Index of the level nearest to a value; the upper one of equals. */
export function nearestLevel({ levels }: Pick<ScalarQuantizer, "levels">, value: number): number {
  let [low, high] = [0, levels.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value >= (levels[middle]! + levels[middle + 1]!) / 2) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Samples `from` up to `to` that are nearest to each level, levels without samples left out. Levels are read ahead. */
function forEachCell(
  sorted: Float64Array,
  levels: Float64Array,
  visit: (level: number, from: number, to: number) => void,
): void {
  const cells = Float64Array.from(levels);
  let from = 0;
  cells.forEach((value, level) => {
    const above = cells[level + 1];
    const to = above === undefined ? sorted.length : firstFrom(sorted, (value + above) / 2);
    if (to > from) visit(level, from, to);
    from = Math.max(from, to);
  });
}

/** Number of samples below a threshold. */
function firstFrom(sorted: Float64Array, threshold: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}
