// SPDX-License-Identifier: Apache-2.0
import { checkBits } from "../arguments.ts";
import { appendCrc, type CrcName, hasValidCrc, NUM_CRC_BITS } from "../crc.ts";
import { type BaseGraph, baseGraph, selectBaseGraph } from "./base-graph.ts";
import { decodeLdpc, type LdpcDecodeOptions } from "./decode.ts";
import {
  batchOf,
  checkSizes,
  encodeLdpc,
  type LdpcCode,
  ldpcCode,
  type RedundancyVersion,
} from "./ldpc-code.ts";

/** Size of a transport block: a message of any length with its own check. */
export interface TransportCodeOptions {
  /** Payload bits, without check bits. */
  readonly numPayloadBits: number;
  /** Bits to send, a multiple of `bitsPerSymbol`. */
  readonly numCodedBits: number;
  /** Default 1. */
  readonly bitsPerSymbol?: number | undefined;
  /** Default 0. */
  readonly redundancyVersion?: RedundancyVersion | undefined;
}

/** The chain payload, check bits, code blocks, LDPC code, rate matching, for messages of one size. */
export interface TransportCode {
  readonly numPayloadBits: number;
  readonly numCodedBits: number;
  readonly crc: CrcName;
  readonly segmentation: Segmentation;
  /** [numBlocks] */
  readonly blocks: readonly LdpcCode[];
}

/** Decoded transport blocks. */
export interface TransportDecoded {
  /** [batch, numPayloadBits] */
  readonly bits: Uint8Array;
  /**
   * [batch] 1 where all check bits fit and every bit is decided; a wrong message passes CRC-16 once in 65,536. Where nothing
   * was received there is no message, though zeros fit their check bits.
   */
  readonly isCrcOk: Uint8Array;
}

/**
 * The 5G shared channel's code for messages of one size: CRC-16 up to 3824 bits, CRC-24A beyond, base graph by length
 * and code rate, code blocks with CRC-24B where one is not enough.
 *
 * @throws SemlinkError "invalid-argument" when a size is no positive whole number, the bits to send are no whole symbols,
 *   or payload and check bits do not fit into them
 * @source 3GPP TS 38.212, sections 6.2.1 to 6.2.6
 */
export function transportCode(options: TransportCodeOptions): TransportCode {
  const { numPayloadBits, numCodedBits, bitsPerSymbol = 1, redundancyVersion } = options;
  checkSizes("transportCode", numPayloadBits, numCodedBits, bitsPerSymbol);
  const crc = numPayloadBits > 3824 ? "crc24a" : "crc16";
  const number = selectBaseGraph(numPayloadBits, numPayloadBits / numCodedBits);
  const cut = segmentation(baseGraph(number), numPayloadBits + NUM_CRC_BITS[crc]);
  const sizes = codedBlockSizes(cut.numBlocks, numCodedBits, bitsPerSymbol);
  const codes = new Map(
    sizes.map((size) => {
      const block = { numInfoBits: cut.blockSize, numCodedBits: size, baseGraph: number };
      return [size, ldpcCode({ ...block, bitsPerSymbol, redundancyVersion })];
    }),
  );
  const blocks = sizes.map((size) => codes.get(size)!);
  return { numPayloadBits, numCodedBits, crc, segmentation: cut, blocks };
}

/**
 * Sent bits of a batch of messages.
 *
 * @param payload - [batch, numPayloadBits] zeros and ones
 * @returns [batch, numCodedBits]
 * @throws ShapeError "wrong-shape" when the payload is not whole messages
 * @throws SemlinkError "invalid-argument" for bits other than 0 and 1
 */
export function encodeTransport(code: TransportCode, payload: Uint8Array): Uint8Array {
  const { numPayloadBits, numCodedBits, blocks } = code;
  const batchSize = batchOf("encodeTransport", payload, numPayloadBits);
  checkBits("encodeTransport", payload);
  const coded = new Uint8Array(batchSize * numCodedBits);
  for (let i = 0; i < batchSize; i++) {
    const message = payload.subarray(i * numPayloadBits, (i + 1) * numPayloadBits);
    let first = i * numCodedBits;
    cutIntoBlocks(code, appendCrc(message, code.crc)).forEach((bits, block) => {
      coded.set(encodeLdpc(blocks[block]!, bits), first);
      first += blocks[block]!.numCodedBits;
    });
  }
  return coded;
}

/**
 * Messages of a batch, and whether their check bits fit.
 *
 * @param llrs - [batch, numCodedBits] `ln P(b = 0) / P(b = 1)`
 * @throws ShapeError "wrong-shape" when they are not whole messages
 * @throws SemlinkError "invalid-argument" for a ratio that is no number, or an option out of its range
 */
export function decodeTransport(
  code: TransportCode,
  llrs: Float32Array,
  options: LdpcDecodeOptions = {},
): TransportDecoded {
  const { numPayloadBits, crc } = code;
  const batchSize = batchOf("decodeTransport", llrs, code.numCodedBits);
  const { bits: blocks, isCrcOk } = decodeBlocks(code, batchSize, llrs, options);
  const bits = new Uint8Array(batchSize * numPayloadBits);
  for (let i = 0; i < batchSize; i++) {
    const first = (i * blocks.length) / batchSize; // of a message's blocks, padding included
    const checked = blocks.subarray(first, first + numPayloadBits + NUM_CRC_BITS[crc]);
    bits.set(checked.subarray(0, numPayloadBits), i * numPayloadBits);
    if (!hasValidCrc(checked, crc)) isCrcOk[i] = 0;
  }
  return { bits, isCrcOk };
}

/** Code blocks with their check bits; the last is padded with zeros. */
function cutIntoBlocks({ segmentation: cut }: TransportCode, bits: Uint8Array): Uint8Array[] {
  if (cut.numBlocks === 1) return [bits];
  const length = cut.blockSize - cut.numBlockCheckBits;
  return Array.from({ length: cut.numBlocks }, (_, block) => {
    const part = new Uint8Array(length);
    part.set(bits.subarray(block * length, (block + 1) * length));
    return appendCrc(part, "crc24b");
  });
}

/** Bits of all code blocks without their check bits, and whether those of all blocks of a message fit. */
function decodeBlocks(
  { segmentation: cut, blocks, numCodedBits }: TransportCode,
  batchSize: number,
  llrs: Float32Array,
  options: LdpcDecodeOptions,
): TransportDecoded {
  const length = cut.blockSize - cut.numBlockCheckBits;
  const bits = new Uint8Array(batchSize * cut.numBlocks * length);
  const isCrcOk = new Uint8Array(batchSize).fill(1);
  let first = 0;
  blocks.forEach((code, block) => {
    const received = new Float32Array(batchSize * code.numCodedBits);
    for (let i = 0; i < batchSize; i++) {
      const start = i * numCodedBits + first;
      received.set(llrs.subarray(start, start + code.numCodedBits), i * code.numCodedBits);
    }
    const decoded = decodeLdpc(code, received, options);
    for (let i = 0; i < batchSize; i++) {
      const part = decoded.bits.subarray(i * cut.blockSize, (i + 1) * cut.blockSize);
      if (decoded.isDecided[i] === 0) isCrcOk[i] = 0;
      if (cut.numBlocks > 1 && !hasValidCrc(part, "crc24b")) isCrcOk[i] = 0;
      bits.set(part.subarray(0, length), (i * cut.numBlocks + block) * length);
    }
    first += code.numCodedBits;
  });
  return { bits, isCrcOk };
}

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
