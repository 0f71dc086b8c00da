// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { NUM_CORE_ROWS } from "./base-graph.ts";
import type { CheckGraph } from "./check-graph.ts";

/** What stands for an infinite ratio: sums of many of them stay finite, so that contradictions cancel. */
const CERTAIN = Math.fround(1e30);
/** Steps of the fixed-point scale for a ratio of typical size. */
const STEPS_OF_TYPICAL = 512;
/** Range of that scale. */
const [LEAST_STEP, LARGEST_STEP] = [-(2 ** 15), 2 ** 15 - 1];
/** Ratios above so many times the typical size count as so many. */
const OUTLIER = 8;
/** Rounds in which outliers are found; more change nothing in practice. */
const NUM_ROUNDS = 20;

/**
 * Adds log-likelihood ratios of received bits to a word, an infinite one as 1e30.
 *
 * @param positions - the bit of the word that each ratio is of
 * @param first - where `llrs[0]` stands in what the caller was given, for the message
 * @throws SemlinkError "invalid-argument" naming the first ratio that is no number
 */
export function addRatios(
  where: string,
  word: Float32Array,
  llrs: Float32Array,
  positions: Int32Array,
  first: number,
): void {
  for (let i = 0; i < llrs.length; i++) {
    const llr = llrs[i]!;
    if (llr > -CERTAIN && llr < CERTAIN) word[positions[i]!]! += llr;
    else if (Number.isNaN(llr)) throw notANumber(where, first + i);
    else word[positions[i]!]! += llr < 0 ? -CERTAIN : CERTAIN;
  }
}

/**
 * Ratios as whole numbers of 16 bits on one scale for the block, chosen by the block itself: 512 steps for the mean size
 * of its ratios other than 0, outliers and infinite ones cut.
 *
 * Min-sum knows no scale, so a common factor of all ratios, such as a wrong noise level, changes nothing. Products and
 * sums are rounded to 32 bits, as vectors do.
 *
 * @param steps - [word.length] receives them
 */
export function quantise(word: Float32Array, steps: Int16Array): void {
  const unit = Math.fround(STEPS_OF_TYPICAL / typicalSize(word));
  for (let i = 0; i < word.length; i++) {
    const value = Math.fround(word[i]! * unit);
    const rounded = Math.trunc(Math.fround(value + (value < 0 ? -0.5 : 0.5)));
    steps[i] = Math.max(LEAST_STEP, Math.min(LARGEST_STEP, rounded));
  }
}

/**
 * Mean size `m` of the finite ratios other than 0, each counted as at most `8 m`; 1 where there are none.
 *
 * Four sums are taken side by side, as vectors do.
 */
function typicalSize(word: Float32Array): number {
  let mean = Infinity;
  for (let round = 0; round < NUM_ROUNDS; round++) {
    const limit = OUTLIER * mean;
    const sums = new Float64Array(4);
    let count = 0;
    let largest = 0;
    for (let i = 0; i < word.length; i++) {
      const size = Math.abs(word[i]!);
      if (size === 0 || size >= CERTAIN) continue;
      sums[i & 3]! += Math.min(size, limit);
      largest = Math.max(largest, size);
      count++;
    }
    if (count === 0) return 1;
    const next = (sums[0]! + sums[1]! + (sums[2]! + sums[3]!)) / count;
    const isSettled = next > 0.999 * mean || largest <= OUTLIER * next;
    mean = next;
    if (isSettled) break;
  }
  return mean;
}

/** The core rows and those further rows whose own parity bits were received: the others cannot tell anything. */
export function informedRows(
  { numRows, firstParity, liftingSize }: CheckGraph,
  word: Float32Array,
): number[] {
  const rows: number[] = [];
  for (let row = 0; row < numRows; row++) {
    const first = firstParity + row * liftingSize;
    const end = Math.min(word.length, first + liftingSize);
    let bit = first;
    while (bit < end && word[bit] === 0) bit++;
    if (row < NUM_CORE_ROWS || bit < end) rows.push(row);
  }
  return rows;
}

function notANumber(where: string, index: number): SemlinkError {
  return new SemlinkError({
    code: "invalid-argument",
    where,
    expected: "log-likelihood ratios that are numbers",
    actual: `NaN at index ${index}`,
    hint: "two infinite ratios of opposite sign have no sum",
  });
}
