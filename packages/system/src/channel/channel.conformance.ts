// SPDX-License-Identifier: Apache-2.0
import { nodeRuntime } from "@semlink/engine/node";
import { describe, expect, it } from "vitest";
import { lawsOf } from "./channel-laws.ts";
import type { ChannelModel } from "./channel-model.ts";
import { gradientViolation, graphViolation } from "./graph-laws.ts";
import { radioOf } from "./radio.ts";

/**
 * Declares one test per law that binds the channel, and that its graph computes what its arrays do: the suite that every
 * channel must pass.
 */
export function channelConformance(model: ChannelModel): void {
  describe(`channel: ${model.name}`, () => {
    for (const law of lawsOf(model)) {
      it(law.title, () => {
        expect(law.violation(model)).toBeUndefined();
      });
    }

    it("computes in a graph what it computes on arrays, and passes a gradient back", async () => {
      const runtime = await nodeRuntime({ intraOpThreads: 1 });
      expect(await graphViolation(radioOf(model), runtime)).toBeUndefined();
      expect(await gradientViolation(model, runtime)).toBeUndefined();
    });
  });
}
