// SPDX-License-Identifier: Apache-2.0
import { SemlinkError, ShapeError } from "@semlink/engine";
import type { Constellation } from "./constellation.ts";

/** Equalised symbols: `y = x + n`, without bias. */
export interface EqualisedSymbols {
  /** [numSymbols, 2] */
  readonly y: Float32Array;
  /**
   * Noise variance per complex symbol behind the equaliser: `no / |h|^2` after zero forcing, and after a biased
   * equaliser once it is divided by its bias. One number, or [numSymbols].
   */
  readonly no: number | Float32Array;
}

/** `"exact"` sums over all points, `"max-log"` takes the nearest of each kind: cheaper, and free of exponentials. */
export type DemapMethod = "exact" | "max-log";

/**
 * Log-likelihood ratios of the sent bits, `L = ln P(b = 0 | y) / P(b = 1 | y)`, positive for 0: the sign convention of
 * the whole modem.
 *
 * Exact: `ln sum_{x: b = 0} e^(-|y - x|^2 / no) - ln sum_{x: b = 1} e^(-|y - x|^2 / no)`, all points equally likely;
 * max-log: the largest term instead of each sum. The axes of square constellations are demapped one by one.
 *
 * @returns [numSymbols, bitsPerSymbol]
 * @throws ShapeError "wrong-shape" when there is not one noise level, or one for each symbol
 * @throws SemlinkError "invalid-argument" when a noise level is not positive
 */
export function demap(
  constellation: Constellation,
  { y, no }: EqualisedSymbols,
  method: DemapMethod = "exact",
): Float32Array {
  const { bitsPerSymbol, points, amplitudes } = constellation;
  checkNoise(y, no);
  const isExact = method === "exact";
  const numSymbols = y.length / 2;
  const llrs = new Float32Array(numSymbols * bitsPerSymbol);
  const likelihoods = new Float64Array((amplitudes ?? points).length / (amplitudes ? 1 : 2));
  for (let symbol = 0; symbol < numSymbols; symbol++) {
    const noise = typeof no === "number" ? no : no[symbol]!;
    const first = symbol * bitsPerSymbol;
    if (!amplitudes) {
      for (let i = 0; i < likelihoods.length; i++) {
        const distance =
          (y[2 * symbol]! - points[2 * i]!) ** 2 + (y[2 * symbol + 1]! - points[2 * i + 1]!) ** 2;
        likelihoods[i] = -distance / noise;
      }
      bitLlrs(likelihoods, isExact, llrs.subarray(first, first + bitsPerSymbol), 0, 1);
      continue;
    }
    for (let axis = 0; axis < 2; axis++) {
      const value = y[2 * symbol + axis]!;
      for (let i = 0; i < amplitudes.length; i++) likelihoods[i] = -((value - amplitudes[i]!) ** 2) / noise;
      bitLlrs(likelihoods, isExact, llrs.subarray(first, first + bitsPerSymbol), axis, 2);
    }
  }
  return llrs;
}

/** Bits decided by the sign of their log-likelihood ratios; 0 decides for 0. */
export function hardDecide(llrs: Float32Array): Uint8Array {
  return Uint8Array.from(llrs, (llr) => (llr < 0 ? 1 : 0));
}

/**
 * Bits of the nearest point: the maximum-likelihood decision of each symbol, whatever the noise level.
 *
 * @param y - [numSymbols, 2] equalised symbols
 * @returns [numSymbols, bitsPerSymbol]
 */
export function hardDemap(constellation: Constellation, y: Float32Array): Uint8Array {
  return hardDecide(demap(constellation, { y, no: 1 }, "max-log"));
}

/**
 * Log-likelihood ratio of each bit of an index.
 *
 * @param likelihoods - [2^m] logarithm, up to a constant, of each index
 * @param llrs - bit i, highest first, goes to `first + i stride`
 */
function bitLlrs(
  likelihoods: Float64Array,
  isExact: boolean,
  llrs: Float32Array,
  first: number,
  stride: number,
): void {
  for (let mask = likelihoods.length >> 1, place = first; mask > 0; mask >>= 1, place += stride) {
    let most0 = -Infinity;
    let most1 = -Infinity;
    for (let i = 0; i < likelihoods.length; i++) {
      if ((i & mask) === 0) most0 = Math.max(most0, likelihoods[i]!);
      else most1 = Math.max(most1, likelihoods[i]!);
    }
    llrs[place] = most0 - most1;
    if (!isExact) continue;
    let sum0 = 0;
    let sum1 = 0;
    for (let i = 0; i < likelihoods.length; i++) {
      if ((i & mask) === 0) sum0 += Math.exp(likelihoods[i]! - most0);
      else sum1 += Math.exp(likelihoods[i]! - most1);
    }
    llrs[place] = most0 - most1 + Math.log(sum0 / sum1);
  }
}

function checkNoise(y: Float32Array, no: number | Float32Array): void {
  if (typeof no !== "number" && 2 * no.length !== y.length) {
    throw new ShapeError({
      code: "wrong-shape",
      where: "demap",
      expected: `one noise level, or one for each of ${y.length / 2} symbols`,
      actual: `${no.length} noise levels`,
    });
  }
  const wrong = typeof no === "number" ? [no].find(isNotPositive) : no.find(isNotPositive);
  if (wrong === undefined) return;
  throw new SemlinkError({
    code: "invalid-argument",
    where: "demap",
    expected: "a positive noise variance per symbol",
    actual: String(wrong),
    hint: "use hardDemap where there is no noise",
  });
}

function isNotPositive(value: number): boolean {
  return !(value > 0);
}
