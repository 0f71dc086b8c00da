// SPDX-License-Identifier: Apache-2.0

import { checkBits } from "./arguments.ts";

/** The cyclic redundancy checks of the shared channels of 5G. */
export type CrcName = "crc16" | "crc24a" | "crc24b";

/** Number of check bits of each. */
export const NUM_CRC_BITS: Readonly<Record<CrcName, number>> = { crc16: 16, crc24a: 24, crc24b: 24 };

/** Generator polynomials without their leading term, highest power first. */
const GENERATORS: Readonly<Record<CrcName, number>> = { crc16: 0x1021, crc24a: 0x864cfb, crc24b: 0x800063 };

/**
 * Check bits `a(D) D^L mod g(D)` of a message, L = 16 or 24, register started with zeros.
 *
 * @param bits - zeros and ones, first bit the highest power
 * @returns [L] highest power first
 * @throws SemlinkError "invalid-argument" for bits other than 0 and 1
 * @source 3GPP TS 38.212, section 5.1
 */
export function crcBits(bits: Uint8Array, crc: CrcName): Uint8Array {
  checkBits("crcBits", bits);
  const length = NUM_CRC_BITS[crc];
  const top = length - 1;
  const mask = 2 ** length - 1;
  let register = 0;
  for (const bit of bits) {
    const feedback = ((register >>> top) & 1) ^ bit;
    register = (register << 1) & mask;
    if (feedback === 1) register ^= GENERATORS[crc];
  }
  return Uint8Array.from({ length }, (_, i) => (register >>> (top - i)) & 1);
}

/** The message followed by its check bits. */
export function appendCrc(bits: Uint8Array, crc: CrcName): Uint8Array {
  const checked = new Uint8Array(bits.length + NUM_CRC_BITS[crc]);
  checked.set(bits);
  checked.set(crcBits(bits, crc), bits.length);
  return checked;
}

/**
 * Whether a message with its check bits is a multiple of the generator.
 *
 * A message of zeros passes: what follows a silent channel must be told apart by other means, such as scrambling.
 */
export function hasValidCrc(checked: Uint8Array, crc: CrcName): boolean {
  return !crcBits(checked, crc).includes(1);
}
