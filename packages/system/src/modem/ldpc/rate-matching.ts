// SPDX-License-Identifier: Apache-2.0
import { type BaseGraph, NUM_PUNCTURED_COLUMNS } from "./base-graph.ts";

/** Redundancy version: where in the circular buffer a transmission starts; 0 first, others for repeats. */
export type RedundancyVersion = 0 | 1 | 2 | 3;

/** What is cut out of a codeword, and in which order it is sent. */
export interface RateMatching {
  readonly graph: BaseGraph;
  readonly liftingSize: number;
  /** Information bits of the block; the systematic bits behind them are fillers, known to be 0 and never sent. */
  readonly numInfoBits: number;
  /** Bits to send; beyond the circular buffer it starts again. */
  readonly numCodedBits: number;
  readonly redundancyVersion: RedundancyVersion;
  /** Rows of the interleaver, a divisor of `numCodedBits`; 1 leaves the order. */
  readonly bitsPerSymbol: number;
}

/** Numerators of the starts of the redundancy versions, in units of the lifting size. */
const STARTS: Record<1 | 2, readonly number[]> = { 1: [0, 17, 33, 56], 2: [0, 13, 25, 43] };

/**
 * Rate matching as one table: sent bit i is bit `positions[i]` of the codeword.
 *
 * The circular buffer is the codeword without its first `2 Z` bits; reading starts at the redundancy version, passes
 * over fillers and wraps around. The interleaver writes row by row and reads by column, so that the most
 * significant bits of the symbols are the first bits of the buffer, the systematic ones.
 *
 * @returns [numCodedBits] positions in the codeword
 * @source 3GPP TS 38.212, sections 5.4.2.1 and 5.4.2.2
 * @differs the circular buffer is never limited (I_LBRM = 0)
 */
export function rateMatchingPositions(options: RateMatching): Int32Array {
  const { graph, liftingSize, numInfoBits, numCodedBits, redundancyVersion, bitsPerSymbol } = options;
  const punctured = NUM_PUNCTURED_COLUMNS * liftingSize;
  const bufferLength = graph.numColumns * liftingSize - punctured;
  const fillerEnd = graph.numSystematicColumns * liftingSize;
  const selected = new Int32Array(numCodedBits);
  let place = STARTS[graph.number][redundancyVersion]! * liftingSize;
  for (let count = 0; count < numCodedBits; place = (place + 1) % bufferLength) {
    const position = punctured + place;
    if (position < numInfoBits || position >= fillerEnd) selected[count++] = position;
  }
  const numSymbols = numCodedBits / bitsPerSymbol;
  return selected.map((_, i) => selected[(i % bitsPerSymbol) * numSymbols + Math.floor(i / bitsPerSymbol)]!);
}
