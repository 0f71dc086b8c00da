// SPDX-License-Identifier: Apache-2.0
import { appendCrc, type CrcName, hasValidCrc, NUM_CRC_BITS } from "../crc.ts";
import { baseGraph, selectBaseGraph } from "./base-graph.ts";
import { decodeLdpc, type LdpcDecodeOptions } from "./decode.ts";
import { batchOf, encodeLdpc, type LdpcCode, ldpcCode } from "./ldpc-code.ts";
import type { RedundancyVersion } from "./rate-matching.ts";
import { codedBlockSizes, type Segmentation, segmentation } from "./segmentation.ts";

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
  /** [batch] 1 where all check bits fit; a wrong message passes CRC-16 once in 65,536. */
  readonly isCrcOk: Uint8Array;
}

/**
 * The 5G shared channel's code for messages of one size: CRC-16 up to 3824 bits, CRC-24A beyond, base graph by length
 * and code rate, code blocks with CRC-24B where one is not enough.
 *
 * @throws SemlinkError "invalid-argument" when payload and check bits do not fit into the bits to send
 * @source 3GPP TS 38.212, sections 6.2.1 to 6.2.6
 */
export function transportCode(options: TransportCodeOptions): TransportCode {
  const { numPayloadBits, numCodedBits, bitsPerSymbol = 1, redundancyVersion } = options;
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
 */
export function encodeTransport(code: TransportCode, payload: Uint8Array): Uint8Array {
  const { numPayloadBits, numCodedBits, blocks } = code;
  const batchSize = batchOf("encodeTransport", payload, numPayloadBits);
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
    const decoded = decodeLdpc(code, received, options).bits;
    for (let i = 0; i < batchSize; i++) {
      const part = decoded.subarray(i * cut.blockSize, (i + 1) * cut.blockSize);
      if (cut.numBlocks > 1 && !hasValidCrc(part, "crc24b")) isCrcOk[i] = 0;
      bits.set(part.subarray(0, length), (i * cut.numBlocks + block) * length);
    }
    first += code.numCodedBits;
  });
  return { bits, isCrcOk };
}
