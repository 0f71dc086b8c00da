// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { channelLaws } from "./channel-laws.ts";
import type { ChannelModel } from "./channel-model.ts";

/** Declares one test per law of `channelLaws` for the channel: the suite that every channel must pass. */
export function channelConformance(model: ChannelModel): void {
  describe(`channel: ${model.name}`, () => {
    for (const law of channelLaws) {
      it(law.title, () => {
        expect(law.violation(model)).toBeUndefined();
      });
    }
  });
}
