// SPDX-License-Identifier: Apache-2.0
import type { ChannelModel, FlatDraw } from "./channel-model.ts";
import { flatChannel } from "./flat-channel.ts";

/** Additive white Gaussian noise: `h = 1` for every image. Its noise is that of the fading channels. */
export const awgn: ChannelModel<FlatDraw> = flatChannel({
  name: "awgn",
  variation: "steady",
  form: "block",
  gains: (_rng, { batchSize }, count) =>
    Float32Array.from({ length: 2 * batchSize * count }, (_, axis) => (axis % 2 === 0 ? 1 : 0)),
  gainMean: (f) => f(1),
});
