// SPDX-License-Identifier: Apache-2.0
import type { Reception } from "./channel-model.ts";
import { mmseEqualize, postEqualiserEsNoDb, powerGain, zeroForcingEqualize } from "./flat-fading.ts";

/** How symbols are estimated from what arrives; the unbiased MMSE estimate has the mean `E[xHat | x] = x`. */
export type Equalizer = "none" | "zero-forcing" | "mmse" | "mmse-unbiased";

/** All equalisers. */
export const equalizers: readonly Equalizer[] = ["none", "zero-forcing", "mmse", "mmse-unbiased"];

/** What the receiver has after equalisation, as arrays. */
export interface Equalized {
  /** [batch, numSymbols, 2] estimate of the sent symbols */
  readonly xHat: Float32Array;
  /** [batch] signal-to-noise ratio of the estimate, averaged over the symbols [dB] */
  readonly equalizedEsNoDb: Float32Array;
  /** [batch, numSymbols] `E|xHat - x|²` given the gain, linear: what a soft demapper divides by */
  readonly noiseLevel: Float32Array;
}

/**
 * Equalises unit-power symbols: none `y`, zero forcing `y / h`, MMSE `conj(h) y / (|h|² + no)`, unbiased MMSE that
 * divided by `|h|² / (|h|² + no)`.
 *
 * The error `noiseLevel` is `|h - 1|² + no`, `no / |h|²`, `no / (|h|² + no)` and `no / |h|²`; infinite for `h = 0`
 * where the estimate divides by the gain. The ratio `|h|² / no` is the same for all.
 *
 * @differs with one antenna the unbiased estimate is the zero-forcing one; the two names share one formula
 */
export function equalize(kind: Equalizer, reception: Reception, batchSize: number): Equalized {
  return {
    xHat: estimateOf(kind, reception),
    equalizedEsNoDb: postEqualiserEsNoDb(reception, batchSize),
    noiseLevel: noiseLevelOf(kind, reception),
  };
}

function estimateOf(kind: Equalizer, reception: Reception): Float32Array {
  if (kind === "none") return reception.y;
  return kind === "mmse" ? mmseEqualize(reception) : zeroForcingEqualize(reception);
}

function noiseLevelOf(kind: Equalizer, { y, h, no }: Reception): Float32Array {
  const numSymbols = y.length / 2;
  const [gainSpan, noiseSpan] = [(2 * numSymbols) / h.length, numSymbols / no.length];
  return Float32Array.from({ length: numSymbols }, (_, symbol) => {
    const gain = Math.floor(symbol / gainSpan);
    const noise = no[Math.floor(symbol / noiseSpan)]!;
    const power = powerGain(h, gain);
    if (kind === "none") return (h[2 * gain]! - 1) ** 2 + h[2 * gain + 1]! ** 2 + noise;
    return kind === "mmse" ? noise / (power + noise) : noise / power;
  });
}
