// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import type { ConstellationName } from "../constellation.ts";
import { awgnBlocks, countBlockErrors } from "./awgn-blocks.ts";
import { decodeLdpc, type LdpcDecodeOptions } from "./decode.ts";
import { ldpcCode, type LdpcCodeOptions } from "./ldpc-code.ts";

/** What to simulate, and when to stop. */
export interface BlockErrorOptions {
  readonly code: LdpcCodeOptions;
  /** Es/N0 [dB] */
  readonly esNoDb: number;
  readonly seed: number;
  readonly maxBlocks: number;
  /** Stops at the end of the batch in which so many errors have been seen; default never. */
  readonly enoughErrors?: number | undefined;
  /** Default QPSK. */
  readonly modulation?: ConstellationName | undefined;
  readonly decoding?: LdpcDecodeOptions | undefined;
}

/** Block errors seen over AWGN. */
export interface BlockErrors {
  readonly numBlocks: number;
  readonly numErrors: number;
  readonly meanIterations: number;
}

const BATCH_SIZE = 100;

/**
 * Block errors of an LDPC code over AWGN by Monte-Carlo: blocks with at least one wrong information bit.
 *
 * @returns counts, from which follow rate and interval
 */
export function simulateBlockErrors(options: BlockErrorOptions): BlockErrors {
  const { esNoDb, modulation, maxBlocks, enoughErrors = Infinity, decoding } = options;
  const code = ldpcCode(options.code);
  const rng = rngFrom(options.seed).fold("block-errors");
  let numBlocks = 0;
  let numErrors = 0;
  let numIterations = 0;
  while (numBlocks < maxBlocks && numErrors < enoughErrors) {
    const batchSize = Math.min(BATCH_SIZE, maxBlocks - numBlocks);
    const { bits, llrs } = awgnBlocks(code, rng.fold(numBlocks), { batchSize, esNoDb, modulation });
    const decoded = decodeLdpc(code, llrs, decoding);
    numBlocks += batchSize;
    numErrors += countBlockErrors(bits, decoded.bits, code.numInfoBits);
    numIterations += decoded.numIterations.reduce((sum, count) => sum + count, 0);
  }
  return { numBlocks, numErrors, meanIterations: numIterations / numBlocks };
}
