// SPDX-License-Identifier: Apache-2.0
export {
  type CodedModulation,
  codedModulation,
  type CodedModulationOptions,
  receive,
  type ReceiveOptions,
  transmit,
} from "./coded-modulation.ts";
export { codewordLogLikelihoods, mostLikelyCodewords, type ReceivedWords } from "./codeword-decision.ts";
export {
  type Constellation,
  constellation,
  CONSTELLATION_NAMES,
  type ConstellationName,
  constellationNamed,
  modulate,
} from "./constellation.ts";
export { appendCrc, crcBits, type CrcName, hasValidCrc, NUM_CRC_BITS } from "./crc.ts";
export { demap, type DemapMethod, type EqualisedSymbols, hardDecide, hardDemap } from "./demap.ts";
export * from "./ldpc/index.ts";
export { descrambleLlrs, goldSequence, scramble, scramblingInit } from "./scrambling.ts";
export { bitErrorRate, type Fading } from "./theory.ts";
