// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { checkWhole } from "../arguments.ts";
import type { BlockDecoder, LdpcDecoded } from "./check-graph.ts";
import { batchOf, type LdpcCode } from "./ldpc-code.ts";
import { minSumDecoder } from "./min-sum.ts";
import { laneDecoder } from "./min-sum-lanes.ts";
import { addRatios, informedRows } from "./received-word.ts";
import { sumProductDecoder } from "./sum-product.ts";

/** How to decode. */
export interface LdpcDecodeOptions {
  /** Default `"min-sum"`, the fast one; `"sum-product"` is the reference. */
  readonly algorithm?: "min-sum" | "sum-product" | undefined;
  /** Iterations at most, 1 to 65,535; a block whose checks all hold stops before. Default 20. */
  readonly maxIterations?: number | undefined;
  /** Normalisation of the min-sum messages, in (0, 1]. Default 0.75. */
  readonly scale?: number | undefined;
  /**
   * `false` keeps min-sum to its plain form; by default it decodes 8 blocks at once where WebAssembly has vectors. The
   * results are the same to the bit, and no block's result depends on the others.
   */
  readonly vectors?: boolean | undefined;
}

/**
 * Information bits from log-likelihood ratios `ln P(b = 0) / P(b = 1)` of the sent bits.
 *
 * Min-sum takes ratios up to a factor: those of a wrong noise level do as well. Infinite ratios are limits.
 *
 * @param llrs - [batch, numCodedBits]
 * @throws ShapeError "wrong-shape" when they are not whole blocks
 * @throws SemlinkError "invalid-argument" for a ratio that is no number, or an option out of its range
 */
export function decodeLdpc(code: LdpcCode, llrs: Float32Array, options: LdpcDecodeOptions = {}): LdpcDecoded {
  const { numCodedBits, positions } = code;
  const batchSize = batchOf("decodeLdpc", llrs, numCodedBits);
  const word = new Float32Array(code.numUsedBits);
  return decodeBlocks(code, batchSize, options, (block) => {
    const first = block * numCodedBits;
    word.fill(0);
    addRatios("decodeLdpc", word, llrs.subarray(first, first + numCodedBits), positions, first);
    return word;
  });
}

/**
 * Rate recovery: log-likelihood ratios of whole codewords, 0 for bits that were not received, sums for bits that
 * were received more than once. An infinite ratio counts as 1e30, so that contradictions cancel.
 *
 * Codewords of several redundancy versions add up; {@link decodeCodewords} takes the sum.
 *
 * @param llrs - [batch, numCodedBits]
 * @returns [batch, codewordLength]
 * @throws ShapeError "wrong-shape" when they are not whole blocks
 * @throws SemlinkError "invalid-argument" for a ratio that is no number
 */
export function recoverRate(code: LdpcCode, llrs: Float32Array): Float32Array {
  const { numCodedBits, positions, parity } = code;
  const batchSize = batchOf("recoverRate", llrs, numCodedBits);
  const words = new Float32Array(batchSize * parity.codewordLength);
  for (let block = 0; block < batchSize; block++) {
    const word = words.subarray(block * parity.codewordLength, (block + 1) * parity.codewordLength);
    const first = block * numCodedBits;
    addRatios("recoverRate", word, llrs.subarray(first, first + numCodedBits), positions, first);
  }
  return words;
}

/**
 * Information bits from log-likelihood ratios of whole codewords.
 *
 * @param words - [batch, codewordLength]
 * @throws ShapeError "wrong-shape" when they are not whole codewords
 * @throws SemlinkError "invalid-argument" for a ratio that is no number, or an option out of its range
 */
export function decodeCodewords(
  code: LdpcCode,
  words: Float32Array,
  options: LdpcDecodeOptions = {},
): LdpcDecoded {
  const length = code.parity.codewordLength;
  const batchSize = batchOf("decodeCodewords", words, length);
  const word = new Float32Array(length);
  const positions = Int32Array.from(word.keys());
  return decodeBlocks(code, batchSize, options, (block) => {
    const first = block * length;
    word.fill(0);
    addRatios("decodeCodewords", word, words.subarray(first, first + length), positions, first);
    return word;
  });
}

function decodeBlocks(
  { checks }: LdpcCode,
  batchSize: number,
  options: LdpcDecodeOptions,
  wordOf: (block: number) => Float32Array,
): LdpcDecoded {
  const { algorithm = "min-sum", maxIterations = 20, scale = 0.75, vectors = true } = options;
  checkOptions(algorithm, maxIterations, scale);
  const { numInfoBits } = checks;
  const decoded: LdpcDecoded = {
    bits: new Uint8Array(batchSize * numInfoBits),
    isCodeword: new Uint8Array(batchSize),
    isDecided: new Uint8Array(batchSize),
    numIterations: new Uint16Array(batchSize),
  };
  const inLanes = algorithm === "min-sum" && vectors ? laneDecoder() : undefined;
  if (inLanes) {
    inLanes(checks, { batchSize, maxIterations, scale, wordOf }, decoded);
    return decoded;
  }
  const decoder = algorithm === "min-sum" ? minSumDecoder(checks, scale) : sumProductDecoder(checks);
  for (let block = 0; block < batchSize; block++) {
    const word = wordOf(block);
    decoder.load(word);
    const numIterations = iterateUntilDone(decoder, informedRows(checks, word), maxIterations);
    decoded.isCodeword[block] = numIterations <= maxIterations ? 1 : 0;
    decoded.numIterations[block] = Math.min(numIterations, maxIterations);
    const bits = decoded.bits.subarray(block * numInfoBits, (block + 1) * numInfoBits);
    decoded.isDecided[block] = decoder.decide(bits) ? 1 : 0;
  }
  return decoded;
}

function checkOptions(algorithm: string, maxIterations: number, scale: number): void {
  if (algorithm !== "min-sum" && algorithm !== "sum-product")
    throw invalid("the algorithm min-sum or sum-product", JSON.stringify(algorithm));
  checkWhole("decodeLdpc", "iterations at most", maxIterations, { most: 65_535 });
  if (!(scale > 0 && scale <= 1)) throw invalid("a min-sum scale in (0, 1]", String(scale));
}

function invalid(expected: string, actual: string): SemlinkError {
  return new SemlinkError({ code: "invalid-argument", where: "decodeLdpc", expected, actual });
}

/** @returns the iterations it took, or `maxIterations + 1` when the block is not done even then */
function iterateUntilDone(decoder: BlockDecoder, rows: readonly number[], maxIterations: number): number {
  for (let iteration = 1; iteration <= maxIterations; iteration++) {
    decoder.iterate(rows);
    if (decoder.isDone(rows)) return iteration;
  }
  return maxIterations + 1;
}
