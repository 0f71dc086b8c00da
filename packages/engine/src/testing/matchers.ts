// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";

/** How far values may be apart: `|a − e| ≤ absolute + relative · |e|`. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/**
 * Checks two arrays of numbers element by element. NaN agrees with NaN, and infinities with themselves.
 *
 * @throws SemlinkError `not-close` naming the worst index, both values, the errors, and how many elements fail
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { relative, absolute }: Tolerance,
  where = "expectClose",
): void {
  if (actual.length !== expected.length) {
    throw new SemlinkError({
      code: "not-close",
      where,
      expected: `${expected.length} values`,
      actual: `${actual.length} values`,
    });
  }
  let numFailures = 0;
  let worst = -1;
  let worstRatio = 1;
  for (let index = 0; index < expected.length; index++) {
    const [a, e] = [actual[index]!, expected[index]!];
    if (Object.is(a, e)) continue;
    const error = Math.abs(a - e);
    const ratio = error === 0 ? 0 : error / (absolute + relative * Math.abs(e));
    if (ratio <= 1) continue; // NaN fails
    numFailures++;
    if (worst >= 0 && !(ratio > worstRatio)) continue;
    worst = index;
    worstRatio = ratio;
  }
  if (numFailures === 0) return;
  const [a, e] = [actual[worst]!, expected[worst]!];
  const error = Math.abs(a - e);
  throw new SemlinkError({
    code: "not-close",
    where,
    expected: `${e} at index ${worst} within absolute ${absolute} + relative ${relative}`,
    actual: `${a}: absolute error ${error.toExponential(2)}, relative ${(error / Math.abs(e)).toExponential(2)}; ${numFailures} of ${expected.length} elements fail`,
  });
}
