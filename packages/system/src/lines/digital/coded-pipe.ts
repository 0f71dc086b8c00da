// SPDX-License-Identifier: Apache-2.0
import { equalize } from "../../channel/equalizer.ts";
import { type CodedModulation, codedModulation, receive, transmit } from "../../modem/coded-modulation.ts";
import { constellation, type ConstellationName } from "../../modem/constellation.ts";
import { NUM_CRC_BITS } from "../../modem/crc.ts";
import type { BitPipe, PipeMode } from "./bit-pipe.ts";
import { receptionOf } from "../line.ts";

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
