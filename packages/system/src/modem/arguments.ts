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
 * Refuses values that are not what they must be.
 *
 * @throws SemlinkError "invalid-argument" naming the first and its index
 */
export function checkEach(
  where: string,
  expected: string,
  values: Float32Array | Float64Array | Uint8Array,
  isRight: (value: number) => boolean,
  hint?: string,
): void {
  for (let i = 0; i < values.length; i++) {
    if (isRight(values[i]!)) continue;
    const actual = `${values[i]!} at index ${i}`;
    throw new SemlinkError({ code: "invalid-argument", where, expected, actual, hint });
  }
}

/** Refuses bits other than 0 and 1, as {@link checkEach} does. */
export function checkBits(where: string, bits: Uint8Array): void {
  checkEach(where, "bits, each 0 or 1", bits, (bit) => bit <= 1);
}
