// SPDX-License-Identifier: Apache-2.0
import { checkWhole } from "./arguments.ts";
import { constellation, type Constellation, type ConstellationName, modulate } from "./constellation.ts";
import { demap, type DemapMethod, type EqualisedSymbols } from "./demap.ts";
import type { LdpcDecodeOptions } from "./ldpc/decode.ts";
import { batchOf } from "./ldpc/ldpc-code.ts";
import {
  decodeTransport,
  encodeTransport,
  type TransportCode,
  transportCode,
  type TransportDecoded,
} from "./ldpc/transport-block.ts";
import { descrambleLlrs, goldSequence, scramble, scramblingInit } from "./scrambling.ts";

/** Messages of one size over a number of symbols. */
export interface CodedModulationOptions {
  readonly constellation: ConstellationName;
  /** Payload bits of a message. */
  readonly numPayloadBits: number;
  /** Complex channel uses of a message. */
  readonly numSymbols: number;
  /** Start of the scrambling sequence, 31 bits; default receiver 1 of cell 0. */
  readonly scramblingInit?: number | undefined;
}

/** Bits to symbols and back: check bits, 5G LDPC code, scrambling, Gray mapping. */
export interface CodedModulation {
  readonly constellation: Constellation;
  readonly numSymbols: number;
  readonly code: TransportCode;
  /** [numSymbols bitsPerSymbol] the scrambling sequence of a message */
  readonly sequence: Uint8Array;
}

/** How a receiver works: demapping and decoding. */
export interface ReceiveOptions extends LdpcDecodeOptions {
  /** Default `"max-log"`, which min-sum goes with: neither needs the scale of the noise to be right. */
  readonly demapping?: DemapMethod | undefined;
}

/**
 * The digital link of one size: `numPayloadBits` in `numSymbols` symbols of a constellation.
 *
 * @throws SemlinkError "invalid-argument" when a size is no whole number, or payload and check bits do not fit into the
 *   symbols
 * @source 3GPP TS 38.212, section 6.2; TS 38.211, sections 6.3.1 and 7.3.1
 */
export function codedModulation(options: CodedModulationOptions): CodedModulation {
  const { numPayloadBits, numSymbols } = options;
  const shape = constellation(options.constellation);
  const { bitsPerSymbol } = shape;
  checkWhole("codedModulation", "a number of symbols", numSymbols);
  const numCodedBits = numSymbols * bitsPerSymbol;
  const code = transportCode({ numPayloadBits, numCodedBits, bitsPerSymbol });
  const init = options.scramblingInit ?? scramblingInit({ rnti: 1, cell: 0 });
  return { constellation: shape, numSymbols, code, sequence: goldSequence(init, numCodedBits) };
}

/**
 * Symbols of a batch of messages.
 *
 * @param payload - [batch, numPayloadBits] zeros and ones
 * @returns [batch, numSymbols, 2] of mean power 1 over many messages; a single message of QAM may be off it
 * @throws ShapeError "wrong-shape" when the payload is not whole messages
 */
export function transmit(link: CodedModulation, payload: Uint8Array): Float32Array {
  return modulate(link.constellation, scramble(encodeTransport(link.code, payload), link.sequence));
}

/**
 * Messages of received and equalised symbols, and whether their check bits fit.
 *
 * By default the noise level matters up to a factor for each message: messages without noise arrive whatever is believed.
 *
 * @param symbols - y [batch, numSymbols, 2]; no one level, or [batch, numSymbols]
 * @throws ShapeError "wrong-shape" when the symbols are not whole messages
 * @throws SemlinkError "invalid-argument" when a symbol is not finite or a noise level not positive
 */
export function receive(
  link: CodedModulation,
  symbols: EqualisedSymbols,
  { demapping = "max-log", ...decoding }: ReceiveOptions = {},
): TransportDecoded {
  batchOf("receive", symbols.y, 2 * link.numSymbols);
  const llrs = descrambleLlrs(demap(link.constellation, symbols, demapping), link.sequence);
  return decodeTransport(link.code, llrs, decoding);
}
