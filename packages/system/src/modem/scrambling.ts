// SPDX-License-Identifier: Apache-2.0
import { checkWhole } from "./arguments.ts";

const MASK = 0x7fffffff;
/** Steps before the first bit is used. */
const NUM_SKIPPED = 1600;

/**
 * The length-31 Gold sequence `c(n) = x1(n + 1600) + x2(n + 1600) mod 2`: x1 by `D^31 + D^3 + 1` from a single one, x2 by
 * `D^31 + D^3 + D^2 + D + 1` from the bits of `init`.
 *
 * @param init - start of x2, lowest bit first, 0..2^31 - 1
 * @param length - number of bits
 * @returns [length] zeros and ones
 * @throws SemlinkError "invalid-argument" when `init` is not an integer of 31 bits, or the length no length
 * @source 3GPP TS 38.211, section 5.2.1
 */
export function goldSequence(init: number, length: number): Uint8Array {
  checkWhole("goldSequence", "a start value of 31 bits", init, { least: 0, most: MASK });
  checkWhole("goldSequence", "a length in bits", length, { least: 0 });
  const sequence = new Uint8Array(length);
  // Bit i of a register is x(n + i).
  let x1 = 1;
  let x2 = init;
  for (let n = -NUM_SKIPPED; n < length; n++) {
    if (n >= 0) sequence[n] = (x1 ^ x2) & 1;
    x1 = (x1 >>> 1) | (((x1 ^ (x1 >>> 3)) & 1) << 30);
    x2 = (x2 >>> 1) | (((x2 ^ (x2 >>> 1) ^ (x2 >>> 2) ^ (x2 >>> 3)) & 1) << 30);
  }
  return sequence;
}

/**
 * Start value of the shared channel's scrambling, `rnti 2^15 + codeword 2^14 + cell`.
 *
 * @param options - rnti receiver, 16 bits; cell identity 0..1023; codeword 0 or 1, default 0
 * @throws SemlinkError "invalid-argument" for numbers out of these ranges
 * @source 3GPP TS 38.211, section 7.3.1.1
 */
export function scramblingInit(options: {
  readonly rnti: number;
  readonly cell: number;
  readonly codeword?: 0 | 1;
}): number {
  const { rnti, cell, codeword = 0 } = options;
  checkWhole("scramblingInit", "a receiver", rnti, { least: 0, most: 65_535 });
  checkWhole("scramblingInit", "a cell identity", cell, { least: 0, most: 1023 });
  checkWhole("scramblingInit", "a codeword", codeword, { least: 0, most: 1 });
  return rnti * 2 ** 15 + codeword * 2 ** 14 + cell;
}

/**
 * `b_i + c_i mod 2`, with the sequence started again for each message; its own inverse.
 *
 * @param bits - [batch, sequence.length]
 */
export function scramble(bits: Uint8Array, sequence: Uint8Array): Uint8Array {
  return bits.map((bit, i) => bit ^ sequence[i % sequence.length]!);
}

/**
 * Log-likelihood ratios of the bits before {@link scramble}: the sign turns where the sequence is 1.
 *
 * @param llrs - [batch, sequence.length]
 */
export function descrambleLlrs(llrs: Float32Array, sequence: Uint8Array): Float32Array {
  return llrs.map((llr, i) => (sequence[i % sequence.length] === 1 ? -llr : llr));
}
