// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { add, clip, complex, div, log, mean, mul, reshape, sum } from "@semlink/engine";
import type { Reception, ReceptionTensors } from "./channel-model.ts";
import { linearToDb } from "./decibel.ts";
import { expectLength, powerGain, type ReceiverState, spans } from "./flat-channel.ts";

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

/**
 * Minimum mean squared error equalisation of unit-power symbols, `xHat = conj(h) y / (|h|^2 + no)`.
 *
 * Biased: `E[xHat | x] = x |h|^2 / (|h|^2 + no)`. Its mean squared error is `no / (|h|^2 + no)`, finite in every
 * fade, where zero forcing has none under Rayleigh fading.
 *
 * @param received - y [batch, numSymbols, 2] received symbols; h and no as the receiver knows them
 * @returns [batch, numSymbols, 2] estimate of the sent symbols
 * @throws ShapeError "wrong-shape" when the batches differ
 * @source Tse & Viswanath 2005, section 8.3.3, for one antenna
 */
export function mmseEqualize(received: ReceiverState & { readonly y: Float32Array }): Float32Array {
  const { y, h, no } = received;
  const { gainSpan, noiseSpan } = spans("mmseEqualize", y, received);
  return dividedConjugate(y, h, gainSpan, (gain, symbol) => {
    return powerGain(h, gain) + no[Math.floor(symbol / noiseSpan)]!;
  });
}

/**
 * Zero forcing, `xHat = conj(h) y / |h|^2 = x + n / h`; 0 where h is 0. Its noise grows without bound in a fade.
 *
 * For one antenna this is also the unbiased form of {@link mmseEqualize}.
 *
 * @param received - y [batch, numSymbols, 2] received symbols; h and no as the receiver knows them
 * @returns [batch, numSymbols, 2] estimate of the sent symbols
 * @throws ShapeError "wrong-shape" when the batches differ
 * @source Tse & Viswanath 2005, section 3.1
 */
export function zeroForcingEqualize(received: ReceiverState & { readonly y: Float32Array }): Float32Array {
  const { y, h } = received;
  const { gainSpan } = spans("zeroForcingEqualize", y, received);
  return dividedConjugate(y, h, gainSpan, (gain) => powerGain(h, gain) || Infinity);
}

/**
 * Signal-to-noise ratio that each image really met, `10 log10(|h|^2 / no)`, the ratio averaged over its symbols.
 *
 * @param state - h [batch, 1 or numSymbols, 2]; no [batch] or [batch, numSymbols] linear
 * @param batchSize - needed where both are given for each symbol
 * @returns [batch] [dB]; minus infinity where h = 0
 * @throws ShapeError "wrong-shape" when the batches differ
 */
export function postEqualiserEsNoDb(state: ReceiverState, batchSize: number = state.no.length): Float32Array {
  const { h, no } = state;
  const count = Math.max(no.length, h.length / 2);
  const isEven = count % no.length === 0 && count % (h.length / 2) === 0;
  if (!isEven) expectLength("postEqualiserEsNoDb", "h", h, 2 * no.length);
  const [gainSpan, noiseSpan] = [count / (h.length / 2), count / no.length];
  const perImage = count / batchSize;
  return Float32Array.from({ length: batchSize }, (_, image) => {
    let sum = 0;
    for (let i = image * perImage; i < (image + 1) * perImage; i++) {
      sum += powerGain(h, Math.floor(i / gainSpan)) / no[Math.floor(i / noiseSpan)]!;
    }
    return linearToDb(sum / perImage);
  });
}

/** `conj(h) y / level` for each symbol. */
function dividedConjugate(
  y: Float32Array,
  h: Float32Array,
  gainSpan: number,
  levelOf: (gain: number, symbol: number) => number,
): Float32Array {
  const xHat = new Float32Array(y.length);
  for (let symbol = 0; symbol < y.length / 2; symbol++) {
    const gain = Math.floor(symbol / gainSpan);
    const level = levelOf(gain, symbol);
    const [re, im, i] = [h[2 * gain]! / level, h[2 * gain + 1]! / level, 2 * symbol];
    xHat[i] = re * y[i]! + im * y[i + 1]!;
    xHat[i + 1] = re * y[i + 1]! - im * y[i]!;
  }
  return xHat;
}

/** What the receiver has after equalisation, in a graph. */
export interface EqualizedTensors {
  /** [batch, numSymbols, 2] estimate of the sent symbols */
  readonly xHat: Tensor;
  /** [batch, 1] signal-to-noise ratio after the equaliser [dB] */
  readonly equalizedEsNoDb: Tensor;
}

// Below this level a ratio is only clamped later; it keeps logarithms and quotients finite.
const LEAST = 1e-9;

/**
 * The differentiable twin of `equalize`: `xHat` and `10 log10(mean |h|² / no)`, the mean over the symbols of an image.
 *
 * @param mask - [batch, numSymbols, 1] 1 where a symbol was sent; the mean is over those. Default: all
 * @returns xHat [batch, numSymbols, 2], equalizedEsNoDb [batch, 1]
 */
export function equalizeGraph(
  kind: Equalizer,
  { y, h, no }: ReceptionTensors,
  mask?: Tensor,
): EqualizedTensors {
  const [batch = 1] = y.shape;
  const powerGain = complex.abs2(h); // [batch, 1 or numSymbols, 1]
  const ratio = div(powerGain, clip(no, { min: LEAST }));
  const decibel = mul(log(clip(meanRatio(ratio, mask), { min: LEAST })), 10 / Math.LN10);
  return {
    xHat: estimateGraph(kind, { y, h, no }, powerGain),
    equalizedEsNoDb: reshape(decibel, [batch, 1]),
  };
}

function estimateGraph(kind: Equalizer, { y, h, no }: ReceptionTensors, powerGain: Tensor): Tensor {
  if (kind === "none") return y;
  const level = kind === "mmse" ? add(powerGain, no) : clip(powerGain, { min: LEAST });
  return div(complex.conjugateMul(h, y), level);
}

function meanRatio(ratio: Tensor, mask: Tensor | undefined): Tensor {
  if (ratio.shape[1] === 1) return ratio;
  if (mask === undefined) return mean(ratio, { axes: 1, keepDims: true });
  return div(sum(mul(ratio, mask), { axes: 1, keepDims: true }), sum(mask, { axes: 1, keepDims: true }));
}
