// SPDX-License-Identifier: Apache-2.0
import { channelKinds } from "../channel/channel-model.ts";
import type { LinkCard } from "./link-card.ts";

/** The card of a small link of four classes; `changes` take the place of its parts. */
export function tinyCard(changes: Partial<LinkCard> = {}): LinkCard {
  return {
    format: "semlink-link/1",
    line: "tiny",
    label: "Tiny link",
    task: "classify",
    images: { shape: [3, 8, 8], range: [0, 255], mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3] },
    lengths: [2, 4],
    power: "unit",
    reception: "equalized",
    channelKinds,
    trained: {
      channels: ["awgn", "rayleigh-block"],
      kinds: [...channelKinds],
      esNoDb: { min: -10, max: 20 },
    },
    answer: { output: "logits", names: ["a", "b", "c", "d"] },
    embedDim: 8,
    conventions: ["none"],
    provenance: { start: "start", seed: 1, data: "tiny" },
    ...changes,
  };
}
