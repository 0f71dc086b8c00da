// SPDX-License-Identifier: Apache-2.0
import { SemlinkError, ShapeError } from "@semlink/engine";
import { type BaseGraphNumber, selectBaseGraph } from "./base-graph.ts";
import { encodeInPlace } from "./encoder.ts";
import { LIFTING_SIZES } from "./lifting.ts";
import { type ParityCheck, parityCheck, withoutColumns } from "./parity-check.ts";
import { rateMatchingPositions, type RedundancyVersion } from "./rate-matching.ts";

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
  /** The same checks without the columns that hold nothing but fillers: what a decoder works on. */
  readonly decodedParity: ParityCheck;
  readonly numInfoBits: number;
  readonly numCodedBits: number;
  /** [numCodedBits] the bit of the codeword that each sent bit is. */
  readonly positions: Int32Array;
}

/**
 * The 5G LDPC code that carries `numInfoBits` in `numCodedBits`: the smallest lifting size that holds them, filler
 * bits to its length, two punctured columns, rate matching.
 *
 * @throws SemlinkError "invalid-argument" for sizes that the base graph cannot hold, or a code rate of 1 and more
 * @source 3GPP TS 38.212, sections 5.2.2, 5.3.2 and 5.4.2
 */
export function ldpcCode(options: LdpcCodeOptions): LdpcCode {
  const { numInfoBits, numCodedBits, bitsPerSymbol = 1, redundancyVersion = 0 } = options;
  const number = options.baseGraph ?? selectBaseGraph(numInfoBits, numInfoBits / numCodedBits);
  const isWhole = Number.isInteger(numInfoBits) && Number.isInteger(numCodedBits / bitsPerSymbol);
  if (!isWhole || numInfoBits < 1 || numCodedBits <= numInfoBits) {
    const expected = "0 < numInfoBits < numCodedBits, the latter a multiple of bitsPerSymbol";
    throw invalid(expected, `${numInfoBits}, ${numCodedBits} and ${bitsPerSymbol}`);
  }
  const numFilledColumns = number === 1 ? 22 : filledColumns(numInfoBits);
  const liftingSize = LIFTING_SIZES.find((size) => numFilledColumns * size >= numInfoBits);
  if (liftingSize === undefined) {
    const hint = "longer messages are cut into blocks by transportCode";
    throw invalid(`at most ${number === 1 ? 8448 : 3840} information bits`, `${numInfoBits}`, hint);
  }
  const parity = parityCheck(number, liftingSize);
  const sizes = { graph: parity.graph, liftingSize, numInfoBits, numCodedBits };
  const positions = rateMatchingPositions({ ...sizes, bitsPerSymbol, redundancyVersion });
  const firstFillerColumn = Math.ceil(numInfoBits / liftingSize);
  const decodedParity = withoutColumns(parity, firstFillerColumn, parity.graph.numSystematicColumns);
  return { parity, decodedParity, numInfoBits, numCodedBits, positions };
}

/**
 * Codewords of a batch of blocks, as they are sent.
 *
 * @param bits - [batch, numInfoBits] zeros and ones
 * @returns [batch, numCodedBits]
 * @throws ShapeError "wrong-shape" when the bits are not whole blocks
 */
export function encodeLdpc(code: LdpcCode, bits: Uint8Array): Uint8Array {
  const { parity, numInfoBits, numCodedBits, positions } = code;
  const batchSize = batchOf("encodeLdpc", bits, numInfoBits);
  const coded = new Uint8Array(batchSize * numCodedBits);
  const word = new Uint8Array(parity.codewordLength);
  for (let block = 0; block < batchSize; block++) {
    word.fill(0);
    word.set(bits.subarray(block * numInfoBits, (block + 1) * numInfoBits));
    encodeInPlace(parity, word);
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
