// SPDX-License-Identifier: Apache-2.0
import type { Init } from "./param.ts";

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);

// Weights are [outFeatures, ...window, inFeatures]: everything but the first axis feeds one output.
const fanInOf = (shape: readonly number[]): number => sizeOf(shape.slice(1));

/** All values equal. */
export function constantInit(value: number): Init {
  return (shape) => new Float32Array(sizeOf(shape)).fill(value);
}

/** All zero. */
export function zeros(): Init {
  return constantInit(0);
}

/** All one. */
export function ones(): Init {
  return constantInit(1);
}

/** `N(0, std²)`. */
export function normalInit(std: number): Init {
  return (shape, rng) => rng.normal(sizeOf(shape)).map((value) => value * std);
}

/** `N(0, gain² / fanIn)`; gain √2 keeps the variance through ReLU layers. @source He et al. 2015 */
export function kaimingNormal(gain: number = Math.SQRT2): Init {
  return (shape, rng) => normalInit(gain / Math.sqrt(fanInOf(shape)))(shape, rng);
}

/** Uniform in ±bound. */
export function uniformInit(bound: number): Init {
  return (shape, rng) => rng.uniform(sizeOf(shape)).map((value) => (2 * value - 1) * bound);
}

/** Uniform in `±gain √(3 / fanIn)`; gain `1/√3` is PyTorch's default for linear layers. @source He et al. 2015 */
export function kaimingUniform(gain: number = Math.sqrt(1 / 3)): Init {
  return (shape, rng) => uniformInit(gain * Math.sqrt(3 / fanInOf(shape)))(shape, rng);
}

/**
 * The first `inChannels` filters copy their channel (a one in the window's centre), the others are drawn by `rest`.
 * For OHWI weights. @source Jordan 2024 (airbench), arXiv 2404.00498
 */
export function dirac(rest: Init = kaimingUniform()): Init {
  return (shape, rng) => {
    const [outChannels = 0, height = 1, width = 1, inChannels = 1] = shape;
    const data = rest(shape, rng);
    const filterSize = height * width * inChannels;
    const centre = (Math.floor(height / 2) * width + Math.floor(width / 2)) * inChannels;
    for (let channel = 0; channel < Math.min(outChannels, inChannels); channel++) {
      data.fill(0, channel * filterSize, (channel + 1) * filterSize);
      data[channel * filterSize + centre + channel] = 1;
    }
    return data;
  };
}

/** Given values, such as the whitening filters of the data. */
export function valuesInit(values: Float32Array): Init {
  return () => Float32Array.from(values);
}
