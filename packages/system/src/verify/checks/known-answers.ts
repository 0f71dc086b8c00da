// SPDX-License-Identifier: Apache-2.0
import { type CrcName, crcBits, goldSequence, scramblingInit } from "../../modem/index.ts";
import type { Check, CheckFamily } from "../check.ts";

/** Check values of the text "123456789". */
const CRC_CHECK_VALUES: Readonly<Record<CrcName, number>> = {
  crc16: 0x31c3,
  crc24a: 0xcde703,
  crc24b: 0x23ef52,
};

/** Start values of scrambling sequences and the bits that they begin with, as a binary number. */
const SEQUENCES: readonly { readonly name: string; readonly init: number; readonly bits: string }[] = [
  { name: "receiver 120 in cell 17", init: scramblingInit({ rnti: 120, cell: 17 }), bits: "011011010000111" },
  { name: "start value 162", init: 162, bits: "1011" },
];

/** Check bits and scrambling sequences against published ones. */
export const knownAnswerChecks: CheckFamily = {
  name: "known answers",
  checks: () => [
    ...(Object.keys(CRC_CHECK_VALUES) as CrcName[]).map((crc): Check => ({
      kind: "exact",
      name: crc,
      quantity: 'check bits of the text "123456789"',
      tolerance: 0,
      n: 72,
      theory: CRC_CHECK_VALUES[crc],
      source: "CRC-16/XMODEM, CRC-24/LTE-A, CRC-24/LTE-B",
      measure: () => numberOf(crcBits(textBits("123456789"), crc)),
    })),
    ...SEQUENCES.map(({ name, init, bits }): Check => ({
      kind: "exact",
      name,
      quantity: `first ${bits.length} bits of the scrambling sequence`,
      theory: Number.parseInt(bits, 2),
      tolerance: 0,
      n: bits.length,
      source: "3GPP TS 38.211, section 5.2.1",
      measure: () => numberOf(goldSequence(init, bits.length)),
    })),
  ],
};

/** Bits of a text, first bit of each byte the highest. */
function textBits(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return Uint8Array.from({ length: 8 * bytes.length }, (_, i) => (bytes[i >> 3]! >> (7 - (i & 7))) & 1);
}

function numberOf(bits: Uint8Array): number {
  return bits.reduce((value, bit) => 2 * value + bit, 0);
}
