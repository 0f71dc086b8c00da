// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "@semlink/engine";
import { linearToDb } from "./decibel.ts";

/** What the receiver knows of each image's channel. */
export interface ReceiverState {
  /** [batch, 1, 2] complex gain */
  readonly h: Float32Array;
  /** [batch] noise variance per complex symbol, linear */
  readonly no: Float32Array;
}

/**
 * Flat fading, `y = h x + sqrt(no) noise`, one gain and one noise level per image.
 *
 * @param link - x [batch, numSymbols, 2] sent symbols of mean power 1 per image; h [batch, 1, 2] gains;
 * noise [batch, numSymbols, 2] samples of CN(0, 1); no [batch] noise variance per complex symbol
 * @returns [batch, numSymbols, 2] received symbols
 * @throws ShapeError "wrong-shape" when the batches or numbers of symbols differ
 */
export function applyFlatFading(
  link: ReceiverState & { readonly x: Float32Array; readonly noise: Float32Array },
): Float32Array {
  const { x, h, noise, no } = link;
  const stride = valuesPerImage("applyFlatFading", x, link);
  expectLength("applyFlatFading", "noise", noise, x.length);
  const y = new Float32Array(x.length);
  for (let image = 0; image < no.length; image++) {
    const re = h[2 * image]!;
    const im = h[2 * image + 1]!;
    const amplitude = Math.sqrt(no[image]!);
    for (let i = image * stride; i < (image + 1) * stride; i += 2) {
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
 * @param received - y [batch, numSymbols, 2] received symbols; h [batch, 1, 2] known gains; no [batch] linear
 * @returns [batch, numSymbols, 2] estimate of the sent symbols
 * @throws ShapeError "wrong-shape" when the batches differ
 * @source Tse & Viswanath 2005, section 8.3.3, for one antenna
 */
export function mmseEqualize(received: ReceiverState & { readonly y: Float32Array }): Float32Array {
  const { y, h, no } = received;
  const stride = valuesPerImage("mmseEqualize", y, received);
  const xHat = new Float32Array(y.length);
  for (let image = 0; image < no.length; image++) {
    const level = powerGain(h, image) + no[image]!;
    const re = h[2 * image]! / level;
    const im = h[2 * image + 1]! / level;
    for (let i = image * stride; i < (image + 1) * stride; i += 2) {
      xHat[i] = re * y[i]! + im * y[i + 1]!;
      xHat[i + 1] = re * y[i + 1]! - im * y[i]!;
    }
  }
  return xHat;
}

/**
 * Signal-to-noise ratio that each image really met, `10 log10(|h|^2 / no)`.
 *
 * @param state - h [batch, 1, 2]; no [batch] linear
 * @returns [batch] [dB]; minus infinity where h = 0
 * @throws ShapeError "wrong-shape" when the batches differ
 */
export function postEqualiserEsNoDb(state: ReceiverState): Float32Array {
  const { h, no } = state;
  expectLength("postEqualiserEsNoDb", "h", h, 2 * no.length);
  return no.map((noImage, image) => linearToDb(powerGain(h, image) / noImage));
}

function powerGain(h: Float32Array, image: number): number {
  return h[2 * image]! ** 2 + h[2 * image + 1]! ** 2;
}

function valuesPerImage(where: string, symbols: Float32Array, { h, no }: ReceiverState): number {
  expectLength(where, "h", h, 2 * no.length);
  const numSymbols = no.length === 0 ? 0 : Math.floor(symbols.length / (2 * no.length));
  expectLength(where, "symbols", symbols, no.length * numSymbols * 2);
  return 2 * numSymbols;
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
