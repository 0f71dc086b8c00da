// SPDX-License-Identifier: Apache-2.0

const MAX_LIFTING_SIZE = 384;
/** Odd part of the lifting sizes of each set; set 0 holds the powers of two. */
const ODD_PARTS = [1, 3, 5, 7, 9, 11, 13, 15];

/**
 * The 51 lifting sizes of the 5G LDPC code, `Z = a 2^j <= 384` for a = 2, 3, 5, 7, 9, 11, 13, 15, smallest first.
 *
 * @source 3GPP TS 38.212, table 5.3.2-1
 */
export const LIFTING_SIZES: readonly number[] = Array.from(
  { length: MAX_LIFTING_SIZE - 1 },
  (_, i) => i + 2,
).filter((size) => ODD_PARTS.includes(oddPart(size)));

/** Set of a lifting size, 0..7: which of the eight shifts of a base graph's entry counts; -1 for other sizes. */
export function liftingSet(liftingSize: number): number {
  return LIFTING_SIZES.includes(liftingSize) ? ODD_PARTS.indexOf(oddPart(liftingSize)) : -1;
}

function oddPart(size: number): number {
  let odd = size;
  while (odd % 2 === 0) odd /= 2;
  return odd;
}
