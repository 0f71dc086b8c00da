// SPDX-License-Identifier: Apache-2.0
import type { BaseGraph } from "./base-graph.ts";

/** How a transport block is cut into code blocks. */
export interface Segmentation {
  readonly numBlocks: number;
  /** Bits of a code block with its check bits, without fillers. */
  readonly blockSize: number;
  /** Check bits at the end of each code block: 24 when there are several, else 0. */
  readonly numBlockCheckBits: number;
}

const NUM_BLOCK_CHECK_BITS = 24;

/**
 * Code blocks of a transport block: one where it fits, else as few as possible, equally long, each with a CRC-24B.
 *
 * @param numBits - bits of the transport block with its check bits
 * @source 3GPP TS 38.212, section 5.2.2
 * @differs lengths that are no multiple of the number of blocks are padded with zeros; the standard has none such
 */
export function segmentation({ maxBlockSize }: BaseGraph, numBits: number): Segmentation {
  if (numBits <= maxBlockSize) return { numBlocks: 1, blockSize: numBits, numBlockCheckBits: 0 };
  const numBlocks = Math.ceil(numBits / (maxBlockSize - NUM_BLOCK_CHECK_BITS));
  const blockSize = Math.ceil(numBits / numBlocks) + NUM_BLOCK_CHECK_BITS;
  return { numBlocks, blockSize, numBlockCheckBits: NUM_BLOCK_CHECK_BITS };
}

/**
 * Sent bits of each code block: whole symbols, the last blocks one symbol longer where they do not divide evenly.
 *
 * @param numCodedBits - of all blocks, a multiple of `bitsPerSymbol`
 * @source 3GPP TS 38.212, section 5.4.2.1, one layer
 */
export function codedBlockSizes(numBlocks: number, numCodedBits: number, bitsPerSymbol: number): number[] {
  const numSymbols = numCodedBits / bitsPerSymbol;
  const numLonger = numSymbols % numBlocks;
  return Array.from({ length: numBlocks }, (_, block) => {
    const isLonger = block >= numBlocks - numLonger;
    return (Math.floor(numSymbols / numBlocks) + (isLonger ? 1 : 0)) * bitsPerSymbol;
  });
}
