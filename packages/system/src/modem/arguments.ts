// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";

/**
 * Refuses what is not a whole number of a range.
 *
 * @param what - the quantity, as a reader knows it
 * @throws SemlinkError "invalid-argument" naming quantity, range and value
 */
export function checkWhole(
  where: string,
  what: string,
  value: number,
  { least = 1, most = Number.MAX_SAFE_INTEGER }: { readonly least?: number; readonly most?: number } = {},
): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `from ${least} to ${most}`;
  throw new SemlinkError({
    code: "invalid-argument",
    where,
    expected: `${what}, a whole number ${range}`,
    actual: String(value),
  });
}

/**
 * Refuses bits other than 0 and 1.
 *
 * @throws SemlinkError "invalid-argument" naming the first
 */
export function checkBits(where: string, bits: Uint8Array): void {
  for (let i = 0; i < bits.length; i++) {
    if (bits[i]! <= 1) continue;
    throw new SemlinkError({
      code: "invalid-argument",
      where,
      expected: "bits, each 0 or 1",
      actual: `${bits[i]!} at index ${i}`,
    });
  }
}
