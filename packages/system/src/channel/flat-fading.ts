// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "@semlink/engine";
import { linearToDb } from "./decibel.ts";

/** What the receiver knows of the channel: for each image, or for each of its symbols. */
export interface ReceiverState {
  /** [batch, 1 or numSymbols, 2] complex gain */
  readonly h: Float32Array;
  /** [batch] or [batch, numSymbols] noise variance per complex symbol, linear */
  readonly no: Float32Array;
}

/**
 * Flat fading, `y = h x + sqrt(no) noise`, one noise level per image and a gain per image or per symbol.
 *
 * @param link - x [batch, numSymbols, 2] sent symbols of mean power 1 per image; h [batch, 1 or numSymbols, 2] gains;
 * noise [batch, numSymbols, 2] samples of CN(0, 1); no [batch] noise variance per complex symbol
 * @returns [batch, numSymbols, 2] received symbols
 * @throws ShapeError "wrong-shape" when the batches or numbers of symbols differ
 */
export function applyFlatFading(
  link: ReceiverState & { readonly x: Float32Array; readonly noise: Float32Array },
): Float32Array {
  const { x, h, noise, no } = link;
  const { gainSpan } = spans("applyFlatFading", x, link);
  expectLength("applyFlatFading", "noise", noise, x.length);
  const y = new Float32Array(x.length);
  const gainsPerImage = h.length / 2 / no.length;
  for (let g = 0; g < h.length / 2; g++) {
    const re = h[2 * g]!;
    const im = h[2 * g + 1]!;
    const amplitude = Math.sqrt(no[Math.floor(g / gainsPerImage)]!);
    for (let i = 2 * g * gainSpan; i < 2 * (g + 1) * gainSpan; i += 2) {
      y[i] = re * x[i]! - im * x[i + 1]! + amplitude * noise[i]!;
      y[i + 1] = re * x[i + 1]! + im * x[i]! + amplitude * noise[i + 1]!;
    }
  }
  return y;
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

/** `|h|^2` of gain number `index`. */
export function powerGain(h: Float32Array, index: number): number {
  return h[2 * index]! ** 2 + h[2 * index + 1]! ** 2;
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

/** How many symbols share a gain, and how many a noise level. */
function spans(
  where: string,
  symbols: Float32Array,
  { h, no }: ReceiverState,
): { readonly gainSpan: number; readonly noiseSpan: number } {
  const count = Math.floor(symbols.length / 2);
  const batchSize = Math.min(h.length / 2, no.length);
  const numSymbols = batchSize === 0 ? 0 : Math.floor(count / batchSize);
  expectLength(where, "symbols", symbols, batchSize * numSymbols * 2);
  if (h.length !== 2 * count) expectLength(where, "h", h, 2 * (no.length === count ? batchSize : no.length));
  if (no.length !== count && no.length !== batchSize) expectLength(where, "h", h, 2 * no.length);
  return { gainSpan: (2 * count) / h.length, noiseSpan: count / no.length };
}

function expectLength(where: string, name: string, values: Float32Array, length: number): void {
  if (values.length === length) return;
  throw new ShapeError({
    code: "wrong-shape",
    where,
    expected: `${name} of ${length} values`,
    actual: `${values.length}`,
    hint: "h is [batch, 1, 2], no is [batch], symbols and noise are [batch, numSymbols, 2]",
  });
}
