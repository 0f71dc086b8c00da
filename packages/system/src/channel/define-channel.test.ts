// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { applyFlatFading, awgn, flatFadingGraph } from "./flat-channel.ts";
import { channelConformance } from "./channel.conformance.ts";
import type { ChannelModel } from "./channel-model.ts";
import { channelInfoOf, channelInfosOf } from "./channel-spec.ts";
import { channelFamilies, channelNamed } from "./channels.ts";
import { defineChannel } from "./define-channel.ts";
import { imageNoise, perImage } from "./image-noise.ts";

/** A channel as a user would write it: a gain of magnitude 1 and random phase for each image. */
const randomPhase = defineChannel({
  name: "random-phase",
  parameters: z.strictObject({ turns: z.number().min(0).max(1).default(1) }),
  open: ({ turns }) => ({
    fields: (numSymbols) => ({ h: [1, 2], noise: [numSymbols, 2] }),
    draw: (rng, images) => ({
      h: perImage(rng.fold("gain"), images, 2, (image) => {
        const phase = 2 * Math.PI * turns * image.uniform(1)[0]!;
        return Float32Array.of(Math.cos(phase), Math.sin(phase));
      }),
      noise: imageNoise(rng.fold("noise"), images, images.numSymbols),
    }),
    apply: ({ x, no }, { h, noise }) => ({ y: applyFlatFading({ x, h: h!, noise: noise!, no }), h: h!, no }),
    applyGraph: (sent, { h, noise }) => flatFadingGraph({ ...sent, h: h!, noise: noise! }),
  }),
});

channelConformance(randomPhase.open({}));

describe("defineChannel", () => {
  it("fills in defaults and hands the settings on", () => {
    const still: ChannelModel = randomPhase.open({ turns: 0 });
    expect(still.draw(rngFrom(1), { batchSize: 2, numSymbols: 1 })["h"]).toEqual(Float32Array.of(1, 0, 1, 0));
    expect([still.name, still.kindIndex, still.gainIndex(7)]).toEqual(["random-phase", 1, 0]);
  });

  it("refuses settings that do not exist or do not fit", () => {
    const refused = { code: "invalid-argument", where: "channel random-phase.turns" };
    expect(() => randomPhase.open({ turns: 2 })).toThrow(expect.objectContaining(refused));
    expect(() => randomPhase.open({ turn: 1 })).toThrow(/turn/);
  });

  it("refuses a name that could not stand in a file or a configuration", () => {
    expect(() => defineChannel({ name: "My channel", open: () => awgn })).toThrow(
      expect.objectContaining({ code: "invalid-channel" }),
    );
  });
});

describe("what readers are told of a channel", () => {
  it("is its label with the settings that matter, and its formula", () => {
    const rician = { model: "rician", kFactorDb: 3, form: { blockLength: 4 } };
    expect(channelInfoOf(rician)).toEqual({
      id: "rician(kFactorDb=3,form={blockLength=4})",
      label: "Rician fading, K = 3 dB, one gain per 4 symbols",
      formula: expect.stringContaining("E|h|² = 1") as string,
      isFading: true,
    });
    expect(channelInfoOf("awgn")).toEqual({ id: "awgn", label: "AWGN", formula: "h = 1", isFading: false });
  });

  it("names impairments and receiver behind it", () => {
    const spec = { model: "rayleigh-block", receiver: { csi: "none" } } as const;
    expect(channelInfoOf(spec).label).toBe("Rayleigh block fading, receiver={csi=none}");
  });

  it("is its name where its author gave no label, and no formula", () => {
    const mine = defineChannel({ name: "mine", open: () => channelNamed("awgn") });
    expect(mine.label({})).toBe("mine");
    expect(mine.formula).toBeUndefined();
  });

  it("differs between any two channels with their defaults", () => {
    const infos = channelInfosOf([...channelFamilies.map(({ name }) => name), "awgn"]);
    expect(infos).toHaveLength(channelFamilies.length);
    expect(new Set(infos.map(({ label }) => label)).size).toBe(infos.length);
  });
});
