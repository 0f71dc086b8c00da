// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import type { ImageSet } from "./dataset.ts";

/**
 * Turns interleaved pixels into planes: `out[image, c, p] = pixels[image, p, c]`.
 *
 * @param pixels - [count, numPixels, channels] as image decoders give them
 * @param out - [count, channels, numPixels] overwritten from its start; `count` follows from its length
 */
export function toPlanar(
  pixels: Uint8Array,
  out: Uint8Array,
  { channels, numPixels }: { readonly channels: number; readonly numPixels: number },
): void {
  const length = channels * numPixels;
  for (let start = 0; start < out.length; start += length) {
    for (let c = 0; c < channels; c++) {
      const plane = start + c * numPixels;
      for (let p = 0; p < numPixels; p++) out[plane + p] = pixels[start + p * channels + c]!;
    }
  }
}

const MAX_INTENSITY = 255;

/**
 * Mean and standard deviation of each channel over all pixels of the images, intensities scaled to 0..1:
 * `mean = Σ v / n`, `std = sqrt(Σ v² / n − mean²)`. The sums are exact integers.
 *
 * @param indices - [count] of the images; all unless said otherwise
 * @returns per channel
 * @throws SemlinkError "constant-channel" when a channel never changes, since nothing can be normalised by it
 */
export function intensityMoments(
  set: ImageSet,
  indices: Uint32Array = Uint32Array.from({ length: set.count }, (_, index) => index),
): { readonly mean: number[]; readonly std: number[] } {
  const { images, channels } = set;
  const count = indices.length;
  const numPixels = set.height * set.width;
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (const image of indices) {
    for (let c = 0; c < channels; c++) {
      let [sum, square] = [0, 0];
      const start = (image * channels + c) * numPixels;
      for (let i = start; i < start + numPixels; i++) {
        const value = images[i]!;
        sum += value;
        square += value * value;
      }
      sums[c]! += sum;
      squares[c]! += square;
    }
  }
  const n = count * numPixels;
  const mean = Array.from(sums, (sum) => sum / n);
  const std = Array.from(squares, (square, c) => Math.sqrt(Math.max(0, square / n - mean[c]! ** 2)));
  const constant = std.indexOf(0);
  if (constant >= 0) {
    throw new SemlinkError({
      code: "constant-channel",
      where: "training images",
      expected: "varying intensities in every channel",
      actual: `${mean[constant]} everywhere in channel ${constant}`,
      hint: "check that the images are not blank",
    });
  }
  return { mean: mean.map((m) => m / MAX_INTENSITY), std: std.map((s) => s / MAX_INTENSITY) };
}
