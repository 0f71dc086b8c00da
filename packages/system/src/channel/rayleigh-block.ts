// SPDX-License-Identifier: Apache-2.0
import type { ChannelModel } from "./channel-model.ts";
import { imageNoise } from "./image-noise.ts";

/**
 * Rayleigh block fading: one gain `h ~ CN(0, 1)` per image, so `E|h|^2 = 1` and `|h|^2` is exponential.
 *
 * @source Tse & Viswanath 2005, section 2.4.2
 */
export const rayleighBlockFading: ChannelModel = {
  name: "rayleigh-block",
  kindIndex: 1,
  draw: (rng, { numSymbols, ...batch }) => ({
    h: imageNoise(rng.fold("gain"), batch, 1),
    noise: imageNoise(rng.fold("noise"), batch, numSymbols),
  }),
};
