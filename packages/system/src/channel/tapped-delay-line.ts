// SPDX-License-Identifier: Apache-2.0
import { add, complex, pad, type Rng, slice, type Tensor } from "@semlink/engine";
import type { DrawOptions } from "./channel-model.ts";
import { imageNoise } from "./image-noise.ts";

/**
 * Powers of the taps of an exponential profile, `p_l` proportional to `e^(-l / delaySpread)` and of sum 1.
 *
 * @param delaySpread - delay at which the power has fallen to 1/e [samples]
 * @returns [numTaps]
 * @source Tse & Viswanath 2005, section 2.3.3
 */
export function exponentialProfile(numTaps: number, delaySpread: number): Float64Array {
  const powers = Float64Array.from({ length: numTaps }, (_, tap) => Math.exp(-tap / delaySpread));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/**
 * Taps of one image's impulse response, `CN(0, p_l)` each, so `E sum |h_l|^2 = 1` and every frequency is Rayleigh.
 *
 * @param profile - [numTaps] powers of sum 1
 * @returns [batch, numTaps, 2]
 */
export function drawTaps(rng: Rng, images: DrawOptions, profile: Float64Array): Float32Array {
  const numTaps = profile.length;
  return imageNoise(rng, images, numTaps).map(
    (value, i) => Math.sqrt(profile[Math.floor(i / 2) % numTaps]!) * value,
  );
}

/**
 * Convolution with each image's taps, `y_t = sum_l h_l x_(t - l)`, silence before the first sample.
 *
 * @param x - [batch, numSamples, 2]
 * @param taps - [batch, numTaps, 2]
 * @returns [batch, numSamples, 2]
 */
export function convolve(x: Float32Array, taps: Float32Array, batchSize: number): Float32Array {
  const [stride, tapStride] = [x.length / batchSize, taps.length / batchSize];
  const y = new Float32Array(x.length);
  for (let image = 0; image < batchSize; image++) {
    for (let t = 0; t < stride; t += 2) {
      let [re, im] = [0, 0];
      for (let l = 0; l < tapStride && l <= t; l += 2) {
        const [tap, from] = [image * tapStride + l, image * stride + t - l];
        re += taps[tap]! * x[from]! - taps[tap + 1]! * x[from + 1]!;
        im += taps[tap]! * x[from + 1]! + taps[tap + 1]! * x[from]!;
      }
      y[image * stride + t] = re;
      y[image * stride + t + 1] = im;
    }
  }
  return y;
}

/** The differentiable twin of {@link convolve}. */
export function convolveGraph(samples: Tensor, taps: Tensor): Tensor {
  const [length, numTaps] = [Number(samples.shape[1]), Number(taps.shape[1])];
  const paths = Array.from({ length: Math.min(numTaps, length) }, (_, delay) => {
    const kept = delay === 0 ? samples : slice(samples, { axis: 1, end: length - delay });
    const delayed = pad(kept, {
      pads: [
        [0, 0],
        [delay, 0],
        [0, 0],
      ],
    });
    return complex.mul(slice(taps, { axis: 1, start: delay, end: delay + 1 }), delayed);
  });
  return paths.reduce((sum, path) => add(sum, path));
}
