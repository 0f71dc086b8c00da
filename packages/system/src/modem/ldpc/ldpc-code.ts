// SPDX-License-Identifier: Apache-2.0
import { SemlinkError, ShapeError } from "@semlink/engine";
import { checkBits, checkWhole } from "../arguments.ts";
import {
  type BaseGraph,
  baseGraph,
  type BaseGraphNumber,
  LIFTING_SIZES,
  NUM_PUNCTURED_COLUMNS,
  selectBaseGraph,
} from "./base-graph.ts";
import { type CheckGraph, checkGraph, roundsToKnow } from "./check-graph.ts";
import { encodeInPlace, type ParityCheck, parityCheck } from "./parity-check.ts";

/** Redundancy version: where in the circular buffer a transmission starts; 0 first, others for repeats. */
export type RedundancyVersion = 0 | 1 | 2 | 3;

/** Iterations after which a code that is received without noise must be known: what decoders do by default. */
const MAX_ROUNDS = 20;

/** Size of one code block. */
export interface LdpcCodeOptions {
  /** Information bits of a block, check bits included. */
  readonly numInfoBits: number;
  /** Sent bits of a block, more than `numInfoBits`. */
  readonly numCodedBits: number;
  /** Default: the standard's choice for this length and code rate. */
  readonly baseGraph?: BaseGraphNumber | undefined;
  /** Bits per constellation symbol, for the interleaver; default 1, no interleaving. */
  readonly bitsPerSymbol?: number | undefined;
  /** Default 0. */
  readonly redundancyVersion?: RedundancyVersion | undefined;
}

/** A 5G LDPC code for blocks of one size. */
export interface LdpcCode {
  readonly parity: ParityCheck;
  /** The same checks without the filler bits: what a decoder works on. */
  readonly checks: CheckGraph;
  readonly numInfoBits: number;
  readonly numCodedBits: number;
  /** [numCodedBits] the bit of the codeword that each sent bit is. */
  readonly positions: Int32Array;
  /** Bits of the codeword up to the last that is sent. */
  readonly numUsedBits: number;
}

/**
 * The 5G LDPC code that carries `numInfoBits` in `numCodedBits`: the smallest lifting size that holds them, filler
 * bits to its length, two punctured columns, rate matching.
 *
 * Redundancy version 0 is decodable by itself: where so few parity bits are sent that even without noise no iteration
 * would tell all information bits, the code is refused. Versions 1 to 3 are repeats and may need a version 0 before them.
 *
 * @throws SemlinkError "invalid-argument" for sizes that the base graph cannot hold, a code rate too near 1, or another
 *   redundancy version or base graph than the standard's
 * @source 3GPP TS 38.212, sections 5.2.2, 5.3.2 and 5.4.2
 */
export function ldpcCode(options: LdpcCodeOptions): LdpcCode {
  const { numInfoBits, numCodedBits, bitsPerSymbol = 1, redundancyVersion = 0 } = options;
  checkSizes("ldpcCode", numInfoBits, numCodedBits, bitsPerSymbol);
  checkWhole("ldpcCode", "a redundancy version", redundancyVersion, { least: 0, most: 3 });
  const number = options.baseGraph ?? selectBaseGraph(numInfoBits, numInfoBits / numCodedBits);
  const { maxBlockSize } = baseGraph(number);
  if (numInfoBits > maxBlockSize) {
    const hint = "longer messages are cut into blocks by transportCode";
    throw invalid(`at most ${maxBlockSize} information bits`, `${numInfoBits}`, hint);
  }
  const numFilledColumns = number === 1 ? 22 : filledColumns(numInfoBits);
  const liftingSize = LIFTING_SIZES.find((size) => numFilledColumns * size >= numInfoBits)!;
  const parity = parityCheck(number, liftingSize);
  const sizes = { graph: parity.graph, liftingSize, numInfoBits, numCodedBits };
  const positions = rateMatchingPositions({ ...sizes, bitsPerSymbol, redundancyVersion });
  const checks = checkGraph(parity, numInfoBits);
  if (redundancyVersion === 0 && roundsToKnow(checks, positions) > MAX_ROUNDS) {
    const expected = "enough parity bits to tell the first 2 Z information bits, which are never sent";
    const actual = `${numInfoBits} information bits in ${numCodedBits}`;
    throw invalid(expected, actual, `send more bits, or use the other base graph than ${number}`);
  }
  const numUsedBits = positions.reduce((most, bit) => Math.max(most, bit), 0) + 1;
  return { parity, checks, numInfoBits, numCodedBits, positions, numUsedBits };
}

/**
 * Refuses sizes of a block that are no sizes.
 *
 * @throws SemlinkError "invalid-argument" unless `0 < numInfoBits < numCodedBits`, whole symbols
 */
export function checkSizes(
  where: string,
  numInfoBits: number,
  numCodedBits: number,
  bitsPerSymbol: number,
): void {
  checkWhole(where, "information bits", numInfoBits);
  checkWhole(where, "bits per symbol", bitsPerSymbol);
  checkWhole(where, "bits to send, more than the information bits", numCodedBits, { least: numInfoBits + 1 });
  if (numCodedBits % bitsPerSymbol === 0) return;
  throw new SemlinkError({
    code: "invalid-argument",
    where,
    expected: `a multiple of ${bitsPerSymbol} bits to send, whole symbols`,
    actual: String(numCodedBits),
  });
}

/**
 * Codewords of a batch of blocks, as they are sent.
 *
 * @param bits - [batch, numInfoBits] zeros and ones
 * @returns [batch, numCodedBits]
 * @throws ShapeError "wrong-shape" when the bits are not whole blocks
 * @throws SemlinkError "invalid-argument" for bits other than 0 and 1
 */
export function encodeLdpc(code: LdpcCode, bits: Uint8Array): Uint8Array {
  const { parity, numInfoBits, numCodedBits, positions } = code;
  const batchSize = batchOf("encodeLdpc", bits, numInfoBits);
  checkBits("encodeLdpc", bits);
  const coded = new Uint8Array(batchSize * numCodedBits);
  const word = new Uint8Array(parity.codewordLength);
  for (let block = 0; block < batchSize; block++) {
    word.fill(0);
    word.set(bits.subarray(block * numInfoBits, (block + 1) * numInfoBits));
    encodeInPlace(parity, word, code.numUsedBits);
    const first = block * numCodedBits;
    for (let i = 0; i < numCodedBits; i++) coded[first + i] = word[positions[i]!]!;
  }
  return coded;
}

/**
 * Number of blocks in a batch.
 *
 * @throws ShapeError "wrong-shape" when it is not whole
 */
export function batchOf(where: string, values: ArrayLike<number>, blockLength: number): number {
  const batchSize = values.length / blockLength;
  if (Number.isInteger(batchSize)) return batchSize;
  throw new ShapeError({
    code: "wrong-shape",
    where,
    expected: `blocks of ${blockLength} values`,
    actual: `${values.length} values`,
  });
}

/** Columns that base graph 2 fills with information before it takes a larger lifting size. */
function filledColumns(numInfoBits: number): number {
  if (numInfoBits > 640) return 10;
  if (numInfoBits > 560) return 9;
  return numInfoBits > 192 ? 8 : 6;
}

function invalid(expected: string, actual: string, hint?: string): SemlinkError {
  return new SemlinkError({ code: "invalid-argument", where: "ldpcCode", expected, actual, hint });
}

/** What is cut out of a codeword, and in which order it is sent. */
interface RateMatching {
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
function rateMatchingPositions(options: RateMatching): Int32Array {
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
