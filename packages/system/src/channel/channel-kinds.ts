// SPDX-License-Identifier: Apache-2.0

/** What a network is told of a channel: whether its gain is constant or fades. Each stands under its simplest case. */
export const channelKinds = ["awgn", "rayleigh-block"] as const;

/** Whether a channel has a constant gain or a random one. */
export type Variation = "steady" | "fading";

/** Place of a channel in {@link channelKinds}. */
export function kindIndexOf(variation: Variation): number {
  return variation === "steady" ? 0 : 1;
}
