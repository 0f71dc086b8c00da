// SPDX-License-Identifier: Apache-2.0
import { equalize } from "../../channel/equalizer.ts";
import type { Radio } from "../../channel/radio.ts";
import { type CodedModulation, codedModulation, receive, transmit } from "../../modem/coded-modulation.ts";
import { constellation, type ConstellationName } from "../../modem/constellation.ts";
import { NUM_CRC_BITS } from "../../modem/crc.ts";
import { ergodicBits, hasCapacity, informationOfImages } from "../bounds/capacity-bound.ts";
import { receptionOf, type Sending } from "../line.ts";

/** One way of sending bits over some symbols. */
export interface PipeMode {
  /** "16qam 1/2" */
  readonly name: string;
  /** Payload bits of a message, check bits aside. */
  readonly numPayloadBits: number;
}

/** What became of a batch of messages. */
export interface Delivery {
  /** [batch] 1 where the message arrived whole, and the receiver knows it */
  readonly isDelivered: Uint8Array;
  /** [batch, numSymbols, 2] of mean power exactly 1 for each message; absent where only a limit is computed */
  readonly sent?: Float32Array;
}

/** Bits over a radio: every mode either delivers a message whole or not at all. */
export interface BitPipe<Mode extends PipeMode = PipeMode> {
  supports(radio: Radio): boolean;
  /** Modes worth trying at an Es/N0 [dB] with so many symbols, of which a line takes the best. */
  modes(radio: Radio, esNoDb: number, numSymbols: number): readonly Mode[];
  /**
   * @param payload - [batch, numPayloadBits] zeros and ones
   */
  deliver(mode: Mode, payload: Uint8Array, sending: Sending): Delivery;
}

/** Rates over the ergodic capacity: in AWGN 1 is best, under block fading lower ones meet fewer outages. */
const SHARES = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5];

/**
 * Codes without errors at capacity: a message of n bits arrives where the symbols of its image carry n bits, see
 * `informationOfImages`. A limit; nothing is sent.
 */
export function capacityPipe(): BitPipe {
  return {
    supports: hasCapacity,
    modes(radio, esNoDb, numSymbols) {
      const bits = ergodicBits(radio, esNoDb, numSymbols) ?? 0;
      const sizes = new Set(SHARES.map((share) => Math.floor(share * bits + 1e-6)).filter((n) => n > 0));
      return [...sizes].map((numPayloadBits) => ({ name: `${numPayloadBits} bits`, numPayloadBits }));
    },
    deliver({ numPayloadBits }, payload, sending) {
      const batchSize = payload.length / numPayloadBits;
      const carried = informationOfImages(batchSize, sending);
      return { isDelivered: Uint8Array.from(carried, (bits) => (bits >= numPayloadBits - 1e-5 ? 1 : 0)) };
    },
  };
}

/** A code rate and a constellation. */
export interface CodedMode extends PipeMode {
  readonly constellation: ConstellationName;
}

const CONSTELLATIONS: readonly ConstellationName[] = ["qpsk", "16qam", "64qam", "256qam"];
const CODE_RATES = [
  { name: "1/5", value: 1 / 5 },
  { name: "1/3", value: 1 / 3 },
  { name: "1/2", value: 1 / 2 },
  { name: "2/3", value: 2 / 3 },
  { name: "5/6", value: 5 / 6 },
] as const;

/**
 * 5G LDPC code with its check bits and QAM: `floor(R k log2 M)` bits in k symbols, check bits included.
 *
 * Each message is scaled to mean power exactly 1, since few QAM symbols seldom have it; the receiver knows the scale, as from
 * a perfect gain control. It equalises by zero forcing and demaps with the noise level of each symbol.
 *
 * @source 3GPP TS 38.212, section 6.2; TS 38.211, section 5.1
 */
export function codedPipe(): BitPipe<CodedMode> {
  const links = new Map<string, CodedModulation>();
  const linkOf = (mode: CodedMode, numSymbols: number): CodedModulation => {
    const key = `${mode.name} ${numSymbols}`;
    const { constellation: name, numPayloadBits } = mode;
    const link = links.get(key) ?? codedModulation({ constellation: name, numPayloadBits, numSymbols });
    links.set(key, link);
    return link;
  };
  return {
    supports: () => true,
    modes: (_radio, _esNoDb, numSymbols) => codedModes(numSymbols),
    deliver(mode, payload, sending) {
      const { numSymbols } = sending;
      const link = linkOf(mode, numSymbols);
      const { x, scales } = withUnitPower(transmit(link, payload), 2 * numSymbols);
      const { xHat, noiseLevel } = equalize("zero-forcing", receptionOf(x, sending), scales.length);
      const y = xHat.map((value, i) => value / scales[Math.floor(i / (2 * numSymbols))]!);
      // Max-log demapping and min-sum need noise levels up to a factor for each message alone: the scale may stay in them.
      const { bits, isCrcOk } = receive(link, { y, no: noiseLevel });
      const size = mode.numPayloadBits;
      const isDelivered = isCrcOk.map((isOk, message) => {
        const [from, to] = [message * size, (message + 1) * size];
        const sentBits = payload.subarray(from, to);
        return isOk === 1 && bits.subarray(from, to).every((bit, i) => bit === sentBits[i]) ? 1 : 0;
      });
      return { isDelivered, sent: x };
    },
  };
}

/** Every constellation and code rate whose message has room for payload beside the check bits. */
export function codedModes(numSymbols: number): CodedMode[] {
  return CONSTELLATIONS.flatMap((name) =>
    CODE_RATES.flatMap((rate) => {
      const numBits = Math.floor(rate.value * numSymbols * constellation(name).bitsPerSymbol + 1e-9);
      const numPayloadBits = payloadOf(numBits);
      return numPayloadBits < 1
        ? []
        : [{ name: `${name} ${rate.name}`, constellation: name, numPayloadBits }];
    }),
  );
}

/** Payload of a message of so many bits: its check has 16 bits up to a payload of 3824 bits, and 24 beyond. */
function payloadOf(numBits: number): number {
  const short = numBits - NUM_CRC_BITS.crc16;
  return short > 3824 ? Math.max(3824, numBits - NUM_CRC_BITS.crc24a) : short;
}

/** Messages scaled to mean symbol power 1. */
function withUnitPower(symbols: Float32Array, stride: number): { x: Float32Array; scales: Float64Array } {
  const scales = Float64Array.from({ length: symbols.length / stride }, (_, message) => {
    let power = 0;
    for (let i = message * stride; i < (message + 1) * stride; i++) power += symbols[i]! ** 2;
    return Math.sqrt(stride / 2 / power);
  });
  return { x: symbols.map((value, i) => value * scales[Math.floor(i / stride)]!), scales };
}
