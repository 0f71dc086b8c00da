// SPDX-License-Identifier: Apache-2.0

// Multipliers and Weyl key increments of Philox4x32; each multiplier is split into 16-bit halves.
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const M0_HIGH = MULTIPLIER_0 >>> 16;
const M0_LOW = MULTIPLIER_0 & 0xffff;
const M1_HIGH = MULTIPLIER_1 >>> 16;
const M1_LOW = MULTIPLIER_1 & 0xffff;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const NUM_ROUNDS = 10;
const WORDS_PER_BLOCK = 4;

/** A Philox key: two 32-bit words. Any pair of words is a good key. */
export type PhiloxKey = readonly [k0: number, k1: number];

/** A Philox counter: four 32-bit words. Each counter value addresses one block of four random words. */
export type PhiloxCounter = readonly [c0: number, c1: number, c2: number, c3: number];

/**
 * Random words of Philox4x32-10: `out[4 b + w] = philox(key, counter + b)[w]`.
 *
 * Only the lowest counter word advances, modulo 2^32, so one call yields at most 2^32 blocks. `out` need not
 * be a whole number of blocks: word `i` is the same whatever the length of `out`.
 *
 * @param out - [numWords] overwritten with uniform 32-bit words
 * @source Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", section 3.3
 */
export function fillPhilox(out: Uint32Array, key: PhiloxKey, counter: PhiloxCounter): void {
  const numWords = out.length;
  const [key0, key1] = key;
  const [start, counter1, counter2, counter3] = counter;
  for (let base = 0; base < numWords; base += WORDS_PER_BLOCK) {
    let c0 = (start + base / WORDS_PER_BLOCK) | 0;
    let c1 = counter1 | 0;
    let c2 = counter2 | 0;
    let c3 = counter3 | 0;
    let k0 = key0 | 0;
    let k1 = key1 | 0;
    for (let round = 0; round < NUM_ROUNDS; round++) {
      // Upper 32 bits of the products, by schoolbook multiplication of 16-bit halves; no sum exceeds 32 bits.
      const a = c0 & 0xffff;
      const b = c0 >>> 16;
      const middle0 = (Math.imul(b, M0_LOW) + (Math.imul(a, M0_LOW) >>> 16)) | 0;
      const carry0 = (Math.imul(a, M0_HIGH) + (middle0 & 0xffff)) | 0;
      const high0 = (Math.imul(b, M0_HIGH) + (middle0 >>> 16) + (carry0 >>> 16)) | 0;
      const c = c2 & 0xffff;
      const d = c2 >>> 16;
      const middle1 = (Math.imul(d, M1_LOW) + (Math.imul(c, M1_LOW) >>> 16)) | 0;
      const carry1 = (Math.imul(c, M1_HIGH) + (middle1 & 0xffff)) | 0;
      const high1 = (Math.imul(d, M1_HIGH) + (middle1 >>> 16) + (carry1 >>> 16)) | 0;
      const low0 = Math.imul(c0, MULTIPLIER_0);
      const low1 = Math.imul(c2, MULTIPLIER_1);
      c0 = high1 ^ c1 ^ k0;
      c1 = low1;
      c2 = high0 ^ c3 ^ k1;
      c3 = low0;
      k0 = (k0 + WEYL_0) | 0;
      k1 = (k1 + WEYL_1) | 0;
    }
    out[base] = c0;
    out[base + 1] = c1; // writes past the end of a typed array are ignored
    out[base + 2] = c2;
    out[base + 3] = c3;
  }
}
