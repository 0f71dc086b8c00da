// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { rayleighBlockFading, ricianFading } from "../channel/fading.ts";
import { awgn } from "../channel/flat-channel.ts";
import { lawsOf } from "../channel/channel-laws.ts";
import type { ChannelModel, FlatDraw } from "../channel/channel-model.ts";
import { linearToDb } from "../channel/decibel.ts";
import { verifyRadio } from "./verify-radio.ts";

/** The faults by which published curves differ; each must be found by the laws and by a figure of `verifyRadio`. */
const FAULTS: readonly { fault: string; law: RegExp; quantity: RegExp; channel: ChannelModel<FlatDraw> }[] = [
  {
    fault: "noise of variance no on each axis, 3 dB too much",
    law: /variance 1\/2 on each axis/,
    quantity: /noise power per axis/,
    channel: {
      ...awgn,
      apply: ({ x, no }, draw) => awgn.apply({ x, no: no.map((level) => 2 * level) }, draw),
    },
  },
  {
    fault: "one fade for the whole batch",
    law: /its own fade/,
    quantity: /neighbouring images/,
    channel: {
      ...rayleighBlockFading,
      draw(rng, options) {
        const draw = rayleighBlockFading.draw(rng, options);
        return { ...draw, h: draw.h.map((_, i) => draw.h[i % 2]!) };
      },
    },
  },
  {
    fault: "a Rician gain of power 2: scatter of variance 1 / (K + 1) on each axis, line of sight on both",
    law: /unit mean power gain/,
    quantity: /^E\|h\|\^2$/,
    channel: {
      ...ricianFading(linearToDb(1), "block"),
      draw(rng, options) {
        const draw = rayleighBlockFading.draw(rng, options);
        return { ...draw, h: draw.h.map((value) => Math.SQRT1_2 + value) };
      },
    },
  },
  {
    fault: "real and imaginary part swapped on the way",
    law: /y = h x where there is no noise/,
    quantity: /noise power per axis/,
    channel: {
      ...rayleighBlockFading,
      apply(sent, draw) {
        const received = rayleighBlockFading.apply(sent, draw);
        return { ...received, y: received.y.map((_, i) => received.y[i ^ 1]!) };
      },
    },
  },
  {
    fault: "noise scaled by the power that arrives, after the fade",
    law: /deep and in shallow fades/,
    quantity: /deep against shallow/,
    channel: {
      ...rayleighBlockFading,
      apply({ x, no }, draw) {
        const faded = no.map(
          (level, image) => level * (draw.h[2 * image]! ** 2 + draw.h[2 * image + 1]! ** 2),
        );
        return { ...rayleighBlockFading.apply({ x, no: faded }, draw), no };
      },
    },
  },
];

describe("a planted fault is found", () => {
  it.each(FAULTS.map(({ fault, ...rest }) => [fault, rest] as const))(
    "%s",
    async (_fault, { law, quantity, channel }) => {
      const [concerned, ...others] = lawsOf(channel).filter(({ title }) => law.test(title));
      expect(others).toEqual([]);
      expect(concerned?.violation(channel)).toBeTypeOf("string");
      const { passed, checks } = await verifyRadio({ channel, isQuick: true });
      expect(passed).toBe(false);
      const failed = checks.filter((check) => !check.passed).map((check) => check.quantity);
      expect(failed).toEqual(expect.arrayContaining([expect.stringMatching(quantity)]));
    },
  );
});

describe("a sound channel", () => {
  it.each([awgn, rayleighBlockFading, ricianFading(3, "fast")])("passes: $name", async (channel) => {
    const { checks } = await verifyRadio({ channel, isQuick: true, seed: 1 });
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
  });
});
