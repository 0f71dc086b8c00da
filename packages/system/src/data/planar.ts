// SPDX-License-Identifier: Apache-2.0

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
