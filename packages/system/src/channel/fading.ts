// SPDX-License-Identifier: Apache-2.0
import type { ChannelModel, FlatDraw } from "./channel-model.ts";
import { dbToLinear } from "./decibel.ts";
import { type FadingForm, flatChannel } from "./flat-channel.ts";
import { imageNoise, perImage } from "./image-noise.ts";
import { rayleighMean, ricianMean } from "./quadrature.ts";

/**
 * Rayleigh fading: gains `h ~ CN(0, 1)`, so `E|h|^2 = 1` and `|h|^2` is exponential.
 *
 * @source Tse & Viswanath 2005, section 2.4.2
 */
export function rayleighFading(form: FadingForm, name = "rayleigh"): ChannelModel<FlatDraw> {
  return flatChannel({
    name,
    variation: "fading",
    form,
    gains: (rng, images, count) => imageNoise(rng.fold("gain"), images, count),
    gainMean: rayleighMean,
  });
}

/** Rayleigh block fading: one gain `h ~ CN(0, 1)` per image. */
export const rayleighBlockFading: ChannelModel<FlatDraw> = rayleighFading("block", "rayleigh-block");

/**
 * Rician fading, `h = sqrt(K / (K + 1)) e^(j phi) + CN(0, 1 / (K + 1))`, so `E|h|^2 = 1` for every K.
 *
 * The phase phi of the line of sight is uniform and belongs to the image; the scatter is as new as the form says.
 *
 * @param kFactorDb - power of the line of sight over that of the scatter [dB]
 * @source Tse & Viswanath 2005, equation (2.55)
 */
export function ricianFading(kFactorDb: number, form: FadingForm): ChannelModel<FlatDraw> {
  const kFactor = dbToLinear(kFactorDb);
  const [sight, scatter] = [Math.sqrt(kFactor / (kFactor + 1)), Math.sqrt(1 / (kFactor + 1))];
  return flatChannel({
    name: "rician",
    variation: "fading",
    form,
    gains(rng, images, count) {
      const phases = perImage(rng.fold("phase"), images, 1, (image) => image.uniform(1));
      return imageNoise(rng.fold("gain"), images, count).map((value, i) => {
        const phase = 2 * Math.PI * phases[Math.floor(i / (2 * count))]!;
        return scatter * value + sight * (i % 2 === 0 ? Math.cos(phase) : Math.sin(phase));
      });
    },
    gainMean: (f, vanishesAbove) => ricianMean(kFactor, f, vanishesAbove),
  });
}
