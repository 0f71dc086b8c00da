// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { NUM_CORE_ROWS } from "./base-graph.ts";
import type { BlockDecoder } from "./block-decoder.ts";
import { batchOf, type LdpcCode } from "./ldpc-code.ts";
import { minSumDecoder } from "./min-sum.ts";
import type { ParityCheck } from "./parity-check.ts";
import { sumProductDecoder } from "./sum-product.ts";

/** How to decode. */
export interface LdpcDecodeOptions {
  /** Default `"min-sum"`, the fast one; `"sum-product"` is the reference. */
  readonly algorithm?: "min-sum" | "sum-product" | undefined;
  /** Iterations at most; a block whose checks all hold stops before. Default 20. */
  readonly maxIterations?: number | undefined;
  /** Normalisation of the min-sum messages, in (0, 1]. Default 0.75. */
  readonly scale?: number | undefined;
}

/** Decoded blocks. */
export interface LdpcDecoded {
  /** [batch, numInfoBits] */
  readonly bits: Uint8Array;
  /** [batch] 1 where all checks hold; the codeword may still be a wrong one. */
  readonly isCodeword: Uint8Array;
  /** [batch] */
  readonly numIterations: Uint16Array;
}

/**
 * Information bits from log-likelihood ratios `ln P(b = 0) / P(b = 1)` of the sent bits.
 *
 * @param llrs - [batch, numCodedBits]
 * @throws ShapeError "wrong-shape" when they are not whole blocks
 * @throws SemlinkError "invalid-argument" when the scale is not in (0, 1]
 */
export function decodeLdpc(code: LdpcCode, llrs: Float32Array, options: LdpcDecodeOptions = {}): LdpcDecoded {
  const batchSize = batchOf("decodeLdpc", llrs, code.numCodedBits);
  const word = new Float32Array(code.parity.codewordLength);
  return decodeBlocks(code, batchSize, options, (block) => {
    word.fill(0);
    addReceived(code, llrs.subarray(block * code.numCodedBits, (block + 1) * code.numCodedBits), word);
    return word;
  });
}

/**
 * Rate recovery: log-likelihood ratios of whole codewords, 0 for bits that were not received, sums for bits that
 * were received more than once.
 *
 * Codewords of several redundancy versions add up; {@link decodeCodewords} takes the sum.
 *
 * @param llrs - [batch, numCodedBits]
 * @returns [batch, codewordLength]
 * @throws ShapeError "wrong-shape" when they are not whole blocks
 */
export function recoverRate(code: LdpcCode, llrs: Float32Array): Float32Array {
  const { numCodedBits, parity } = code;
  const batchSize = batchOf("recoverRate", llrs, numCodedBits);
  const words = new Float32Array(batchSize * parity.codewordLength);
  for (let block = 0; block < batchSize; block++) {
    const word = words.subarray(block * parity.codewordLength, (block + 1) * parity.codewordLength);
    addReceived(code, llrs.subarray(block * numCodedBits, (block + 1) * numCodedBits), word);
  }
  return words;
}

/**
 * Information bits from log-likelihood ratios of whole codewords.
 *
 * @param words - [batch, codewordLength]
 * @throws ShapeError "wrong-shape" when they are not whole codewords
 * @throws SemlinkError "invalid-argument" when the scale is not in (0, 1]
 */
export function decodeCodewords(
  code: LdpcCode,
  words: Float32Array,
  options: LdpcDecodeOptions = {},
): LdpcDecoded {
  const length = code.parity.codewordLength;
  const batchSize = batchOf("decodeCodewords", words, length);
  return decodeBlocks(code, batchSize, options, (block) =>
    words.subarray(block * length, (block + 1) * length),
  );
}

function addReceived({ positions }: LdpcCode, llrs: Float32Array, word: Float32Array): void {
  for (let i = 0; i < llrs.length; i++) word[positions[i]!]! += llrs[i]!;
}

function decodeBlocks(
  code: LdpcCode,
  batchSize: number,
  options: LdpcDecodeOptions,
  llrsOf: (block: number) => Float32Array,
): LdpcDecoded {
  const { algorithm = "min-sum", maxIterations = 20, scale = 0.75 } = options;
  checkScale(scale);
  const { numInfoBits, decodedParity: parity } = code;
  const firstParity = parity.graph.numSystematicColumns * parity.liftingSize;
  const decoder = algorithm === "min-sum" ? minSumDecoder(parity, scale) : sumProductDecoder(parity);
  const decoded: LdpcDecoded = {
    bits: new Uint8Array(batchSize * numInfoBits),
    isCodeword: new Uint8Array(batchSize),
    numIterations: new Uint16Array(batchSize),
  };
  for (let block = 0; block < batchSize; block++) {
    const llrs = llrsOf(block);
    decoder.load(llrs);
    decoder.fix(numInfoBits, firstParity);
    const numIterations = iterateUntilCodeword(decoder, informedRows(parity, llrs), maxIterations);
    decoded.isCodeword[block] = numIterations <= maxIterations ? 1 : 0;
    decoded.numIterations[block] = Math.min(numIterations, maxIterations);
    decoder.decide(decoded.bits.subarray(block * numInfoBits, (block + 1) * numInfoBits));
  }
  return decoded;
}

function checkScale(scale: number): void {
  if (scale > 0 && scale <= 1) return;
  throw new SemlinkError({
    code: "invalid-argument",
    where: "decodeLdpc",
    expected: "a min-sum scale in (0, 1]",
    actual: String(scale),
  });
}

/** @returns the iterations it took, or `maxIterations + 1` when the checks do not hold even then */
function iterateUntilCodeword(decoder: BlockDecoder, rows: readonly number[], maxIterations: number): number {
  for (let iteration = 1; iteration <= maxIterations; iteration++) {
    decoder.iterate(rows);
    if (decoder.satisfies(rows)) return iteration;
  }
  return maxIterations + 1;
}

/** The core rows and those further rows whose own parity bits were received: the others cannot tell anything. */
function informedRows({ graph, liftingSize }: ParityCheck, llrs: Float32Array): number[] {
  const isInformed = (row: number): boolean => {
    const first = (graph.numSystematicColumns + row) * liftingSize;
    for (let bit = first; bit < first + liftingSize; bit++) if (llrs[bit] !== 0) return true;
    return false;
  };
  return [...graph.rows.keys()].filter((row) => row < NUM_CORE_ROWS || isInformed(row));
}
