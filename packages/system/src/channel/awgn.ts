// SPDX-License-Identifier: Apache-2.0
import type { ChannelModel } from "./channel-model.ts";
import { imageNoise } from "./image-noise.ts";

/** Additive white Gaussian noise: `h = 1` for every image. Its noise is that of the fading channels. */
export const awgn: ChannelModel = {
  name: "awgn",
  kindIndex: 0,
  draw: (rng, { numSymbols, ...batch }) => ({
    h: Float32Array.from({ length: 2 * batch.batchSize }, (_, axis) => (axis % 2 === 0 ? 1 : 0)),
    noise: imageNoise(rng.fold("noise"), batch, numSymbols),
  }),
};
