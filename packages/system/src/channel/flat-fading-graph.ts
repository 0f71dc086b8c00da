// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { add, clip, complex, div, log, mul, reshape, sqrt } from "@semlink/engine";

/** One transmission in a graph: `y = h x + √no · noise`. */
export interface FlatFadingLink {
  /** [batch, numSymbols, 2] sent symbols of unit power */
  readonly x: Tensor;
  /** [batch, 1, 2] gain of each image */
  readonly h: Tensor;
  /** [batch, numSymbols, 2] samples of CN(0, 1) */
  readonly noise: Tensor;
  /** [batch, 1, 1] noise variance per complex symbol, linear; 0 is a clean channel */
  readonly no: Tensor;
}

/** What the receiver has after equalisation. */
export interface Equalized {
  /** [batch, numSymbols, 2] biased estimate of the sent symbols */
  readonly xHat: Tensor;
  /** [batch, 1] signal-to-noise ratio after the equaliser [dB] */
  readonly equalizedEsNoDb: Tensor;
}

// Below this noise level the ratio is only clamped later; it keeps the logarithm finite on a clean channel.
const LEAST_NOISE = 1e-9;

/**
 * The differentiable twin of `applyFlatFading`, `mmseEqualize` and `postEqualiserEsNoDb`:
 * `y = h x + √no · noise`, `xHat = conj(h) y / (|h|² + no)`, `10 log10(|h|² / no)`.
 *
 * @returns xHat [batch, numSymbols, 2], equalizedEsNoDb [batch, 1]
 * @source Tse & Viswanath 2005, section 8.3.3, for one antenna
 */
export function transmitFlatFading({ x, h, noise, no }: FlatFadingLink): Equalized {
  const [batch = 1] = x.shape;
  const y = add(complex.mul(h, x), mul(noise, sqrt(no)));
  const powerGain = complex.abs2(h); // [batch, 1, 1]
  const xHat = div(complex.conjugateMul(h, y), add(powerGain, no));
  const ratio = div(powerGain, clip(no, { min: LEAST_NOISE }));
  const decibel = mul(log(clip(ratio, { min: LEAST_NOISE })), 10 / Math.LN10);
  return { xHat, equalizedEsNoDb: reshape(decibel, [batch, 1]) };
}
