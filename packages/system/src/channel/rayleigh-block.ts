// SPDX-License-Identifier: Apache-2.0
import type { ChannelModel, FlatDraw } from "./channel-model.ts";
import { rayleighFading } from "./rayleigh.ts";

/** Rayleigh block fading: one gain `h ~ CN(0, 1)` per image. */
export const rayleighBlockFading: ChannelModel<FlatDraw> = rayleighFading("block", "rayleigh-block");
