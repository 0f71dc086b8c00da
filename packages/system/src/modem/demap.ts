// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "@semlink/engine";
import { checkEach } from "./arguments.ts";
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
 * max-log: the largest term instead of each sum. The axes of square constellations are demapped one by one. An
 * infinite noise level says nothing: ratios of 0.
 *
 * @returns [numSymbols, bitsPerSymbol]
 * @throws ShapeError "wrong-shape" when there are no whole symbols, or not one noise level, or one for each symbol
 * @throws SemlinkError "invalid-argument" when a noise level is not positive, or a symbol is not finite
 */
export function demap(
  constellation: Constellation,
  { y, no }: EqualisedSymbols,
  method: DemapMethod = "exact",
): Float32Array {
  const { bitsPerSymbol, points, amplitudes } = constellation;
  checkSymbols(y, no);
  const isExact = method === "exact";
  const numSymbols = y.length / 2;
  const llrs = new Float32Array(numSymbols * bitsPerSymbol);
  const distances = new Float64Array((amplitudes ?? points).length / (amplitudes ? 1 : 2));
  for (let symbol = 0; symbol < numSymbols; symbol++) {
    const noise = typeof no === "number" ? no : no[symbol]!;
    const first = symbol * bitsPerSymbol;
    if (!amplitudes) {
      for (let i = 0; i < distances.length; i++)
        distances[i] =
          (y[2 * symbol]! - points[2 * i]!) ** 2 + (y[2 * symbol + 1]! - points[2 * i + 1]!) ** 2;
      bitLlrs(distances, noise, isExact, llrs, first, 1);
    } else {
      for (let axis = 0; axis < 2; axis++) {
        const value = y[2 * symbol + axis]!;
        for (let i = 0; i < amplitudes.length; i++) distances[i] = (value - amplitudes[i]!) ** 2;
        bitLlrs(distances, noise, isExact, llrs, first + axis, 2);
      }
    }
  }
  return llrs;
}

/**
 * Bits decided by the sign of their log-likelihood ratios; 0 decides for 0.
 *
 * @throws SemlinkError "invalid-argument" for a ratio that is no number, naming its index
 */
export function hardDecide(llrs: Float32Array): Uint8Array {
  checkEach("hardDecide", "log-likelihood ratios that are numbers", llrs, (llr) => !Number.isNaN(llr));
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
 * Differences of distances are taken before they are divided, so that no noise level, however small or large, gives
 * infinity less infinity.
 *
 * @param distances - [2^m] squared distance of each index
 * @param llrs - bit i, highest first, goes to `first + i stride`
 */
function bitLlrs(
  distances: Float64Array,
  noise: number,
  isExact: boolean,
  llrs: Float32Array,
  first: number,
  stride: number,
): void {
  for (let mask = distances.length >> 1, place = first; mask > 0; mask >>= 1, place += stride) {
    let least0 = Infinity;
    let least1 = Infinity;
    for (let i = 0; i < distances.length; i++) {
      if ((i & mask) === 0) least0 = Math.min(least0, distances[i]!);
      else least1 = Math.min(least1, distances[i]!);
    }
    llrs[place] = (least1 - least0) / noise;
    if (!isExact || distances.length === 2) continue; // of two terms each is the largest of its kind
    let sum0 = 0;
    let sum1 = 0;
    for (let i = 0; i < distances.length; i++) {
      if ((i & mask) === 0) sum0 += Math.exp((least0 - distances[i]!) / noise);
      else sum1 += Math.exp((least1 - distances[i]!) / noise);
    }
    llrs[place] = (least1 - least0) / noise + Math.log(sum0 / sum1);
  }
}

function checkSymbols(y: Float32Array, no: number | Float32Array): void {
  const isMatched = typeof no === "number" || 2 * no.length === y.length;
  if (y.length % 2 !== 0 || !isMatched) {
    throw new ShapeError({
      code: "wrong-shape",
      where: "demap",
      expected: "symbols of two values each, with one noise level, or one for each symbol",
      actual: `${y.length} values and ${typeof no === "number" ? 1 : no.length} noise levels`,
    });
  }
  const levels = typeof no === "number" ? Float64Array.of(no) : no;
  const hint = "use hardDemap where there is no noise";
  checkEach("demap", "positive noise variances", levels, (level) => level > 0, hint);
  checkEach("demap", "finite symbols", y, Number.isFinite, "an erased symbol is 0 with infinite noise");
}
