// SPDX-License-Identifier: Apache-2.0
import { stopGradient } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
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

/** Faults of a channel of one's own that only a law sees; each must be named in words. */
const UNSEEN: readonly { fault: string; law: RegExp; detail: RegExp; channel: ChannelModel<FlatDraw> }[] = [
  {
    fault: "no number above 35 dB",
    law: /finite values/,
    detail: /y is not finite at 36 dB/,
    channel: {
      ...awgn,
      apply(sent, draw) {
        const received = awgn.apply(sent, draw);
        return sent.no[0]! < 3e-4 ? { ...received, y: received.y.map(() => Number.NaN) } : received;
      },
    },
  },
  {
    fault: "half of the noise level told",
    law: /tells the receiver the noise level/,
    detail: /noise power over the level told is 2\.0|noise power over the level told is 1\.9/,
    channel: {
      ...rayleighBlockFading,
      apply(sent, draw) {
        const received = rayleighBlockFading.apply(sent, draw);
        return { ...received, no: received.no.map((level) => level / 2) };
      },
    },
  },
  {
    fault: "more noise from symbol 8 on",
    law: /one power at every symbol/,
    detail: /at symbol 8 and 0 dB is [23]\./,
    channel: {
      ...awgn,
      draw(rng, options) {
        const draw = awgn.draw(rng, options);
        const late = draw.noise.map((value, i) => ((i >> 1) % options.numSymbols < 8 ? value : 1.6 * value));
        return { ...draw, noise: late };
      },
    },
  },
  {
    fault: "fading that the told gain hides, from symbol 8 on",
    law: /y = h x where there is no noise/,
    detail: /differs from h x/,
    channel: {
      ...rayleighBlockFading,
      apply(sent, draw) {
        const received = rayleighBlockFading.apply(sent, draw);
        const numSymbols = sent.x.length / 2 / sent.no.length;
        return {
          ...received,
          y: received.y.map((value, i) => ((i >> 1) % numSymbols < 8 ? value : 0.9 * value)),
        };
      },
    },
  },
  {
    fault: "a channel of power 2 that says it is not linear",
    law: /at most 1 dB more/,
    detail: /E\|y\|\^2 - no is [12]\./,
    channel: {
      ...awgn,
      isLinear: false,
      apply: (sent, draw) =>
        awgn.apply({ ...sent, x: Float32Array.from(sent.x, (value) => Math.SQRT2 * value) }, draw),
    },
  },
];

describe("a fault of one's own channel is named in words", () => {
  it.each(UNSEEN.map(({ fault, ...rest }) => [fault, rest] as const))(
    "%s",
    async (_fault, { law, detail, channel }) => {
      const { passed, checks } = await verifyRadio({ channel, isQuick: true });
      expect(passed).toBe(false);
      expect(checks.filter(({ quantity }) => law.test(quantity))).toEqual([
        expect.objectContaining({ passed: false, detail: expect.stringMatching(detail) as string }),
      ]);
    },
  );

  it("a graph that passes no gradient", async () => {
    const runtime = await nodeRuntime({ intraOpThreads: 1 });
    const channel: ChannelModel<FlatDraw> = {
      ...rayleighBlockFading,
      applyGraph: (sent, draw) => rayleighBlockFading.applyGraph({ ...sent, x: stopGradient(sent.x) }, draw),
    };
    const { checks } = await verifyRadio({ channel, isQuick: true, runtime });
    expect(checks.filter(({ passed }) => !passed)).toEqual([
      expect.objectContaining({
        quantity: "broken law: passes a gradient back to what is sent",
        detail: expect.stringMatching(/^no gradient reaches what is sent/) as string,
      }),
    ]);
  });
});

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
