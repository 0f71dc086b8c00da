// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import type { ChannelModel, DrawOptions, FlatDraw } from "./channel-model.ts";
import { kindIndexOf, type Variation } from "./channel-kinds.ts";
import { type FadingForm, gainIndexIn, gainShape, spreadGains } from "./fading-form.ts";
import { applyFlatFading } from "./flat-fading.ts";
import { flatFadingGraph } from "./flat-fading-graph.ts";
import { imageNoise } from "./image-noise.ts";

/** What tells one flat channel from another: its gains. */
export interface FlatChannelOptions {
  readonly name: string;
  readonly variation: Variation;
  readonly form: FadingForm;
  /**
   * Gains with E|h|² = 1, addressed by image.
   *
   * @returns [batch, count, 2]
   */
  readonly gains: (rng: Rng, options: DrawOptions, count: number) => Float32Array;
  readonly gainMean: NonNullable<ChannelModel["gainMean"]>;
}

/**
 * A channel `y = h x + sqrt(no) noise`. Noise comes from `rng.fold("noise")`, so all flat channels share it.
 */
export function flatChannel(options: FlatChannelOptions): ChannelModel<FlatDraw> {
  const { name, variation, form, gains, gainMean } = options;
  return {
    name,
    kindIndex: kindIndexOf(variation),
    fields: (numSymbols) => ({ h: gainShape(form, numSymbols), noise: [numSymbols, 2] }),
    draw: (rng, draw) => ({
      h: spreadGains(form, draw, (count) => gains(rng, draw, count)),
      noise: imageNoise(rng.fold("noise"), draw, draw.numSymbols),
    }),
    apply: applyFlat,
    applyGraph: applyFlatGraph,
    gainIndex: gainIndexIn(form),
    gainMean,
  };
}

// One function for all flat channels: they share their piece of a training graph.
const applyFlatGraph: ChannelModel<FlatDraw>["applyGraph"] = (sent, { h, noise }) =>
  flatFadingGraph({ ...sent, h, noise });

const applyFlat: ChannelModel<FlatDraw>["apply"] = ({ x, no }, { h, noise }) => ({
  y: applyFlatFading({ x, h, noise, no }),
  h,
  no,
});
