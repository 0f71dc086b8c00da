// SPDX-License-Identifier: Apache-2.0
import type { ChannelModel, FlatDraw } from "./channel-model.ts";
import type { FadingForm } from "./fading-form.ts";
import { flatChannel } from "./flat-channel.ts";
import { imageNoise } from "./image-noise.ts";
import { rayleighMean } from "./quadrature.ts";

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
