// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { rngFrom } from "@semlink/engine";
import { channelKinds } from "../../channel/channel-model.ts";
import { channelId, openRadio } from "../../channel/channel-spec.ts";
import { noFromEsNoDb } from "../../channel/decibel.ts";
import { defineExperiment } from "../../experiment.ts";
import { tinyCard } from "../../link/link-card.fixture.ts";
import type { Link } from "../../link/link.ts";
import { channelsOf, defaultAxes, simplestOfKind, toldTrainedKinds } from "./default-axes.ts";

const [steady, fading] = [openRadio("awgn").kindIndex, openRadio("rayleigh-block").kindIndex];
const rician = openRadio({ model: "rician", kFactorDb: 3 });

/** Kinds that a link trained on these kinds of channels hears of when it is used over Rician fading. */
async function toldOver(kinds: readonly string[]): Promise<number[]> {
  const told: number[] = [];
  const empty = new Float32Array();
  const card = tinyCard({ trained: { channels: kinds, kinds, esNoDb: { min: -10, max: 20 } } });
  const link: Link = {
    card,
    maxSymbols: 1,
    lengths: [1],
    encode: (_source, { channel: { kindIndex } }) => {
      told.push(kindIndex);
      return Promise.resolve(empty);
    },
    decode: ({ channel: { kindIndex } }) => {
      told.push(kindIndex);
      return Promise.resolve({ answer: empty });
    },
    release: () => Promise.resolve(),
  };
  const careful = toldTrainedKinds(link);
  const batch = { batchSize: 0, esNoDb: 0, channel: rician };
  await careful.encode(empty, batch);
  await careful.decode({ ...batch, symbols: empty, equalizedEsNoDb: empty, numSymbols: 1 });
  return told;
}

describe("toldTrainedKinds", () => {
  it("tells the kind of the channel where training met that kind", async () => {
    expect(await toldOver(channelKinds)).toEqual([fading, fading]);
  });

  it("never tells a kind that training did not meet", async () => {
    expect(await toldOver([channelKinds[steady]!])).toEqual([steady, steady]);
  });
});

describe("simplestOfKind", () => {
  it("is a radio of the same kind with the best receiver", () => {
    expect(simplestOfKind(openRadio({ model: "awgn", receiver: { csi: "none" } })).name).toBe("awgn");
    expect(simplestOfKind(rician).name).toBe(openRadio(channelKinds[fading]!).name);
    expect(simplestOfKind(rician).kindIndex).toBe(rician.kindIndex);
  });
});

const conditions = defaultAxes.flatMap((axis) =>
  axis.conditions.map(({ name, channel }) => ({ name, channel })),
);

describe("defaultAxes", () => {
  it("are what a configuration may say", () => {
    const matrix = { axes: defaultAxes };
    const { axes } = defineExperiment({ name: "written", evaluate: { matrix } }).evaluate.matrix!;
    expect(axes.map(({ id }) => id)).toEqual(defaultAxes.map(({ id }) => id));
  });

  it.each(conditions)("$name is a radio that carries 16 symbols at 5 dB", ({ channel }) => {
    const radio = openRadio(channel);
    const draw = radio.draw(rngFrom(1), { batchSize: 3, numSymbols: 16 });
    const x = new Float32Array(3 * 16 * 2).fill(Math.SQRT1_2);
    const { xHat } = radio.transmit({ x, no: new Float32Array(3).fill(noFromEsNoDb(5)) }, draw);
    expect(xHat.length).toBe(96);
    expect(xHat.every(Number.isFinite)).toBe(true);
  });

  it("compare with an ideal case: each first condition has perfect knowledge and no impairment", () => {
    expect(new Set(defaultAxes.map((axis) => channelId(axis.conditions[0]!.channel)))).toEqual(
      new Set(["awgn", "rayleigh-block"]),
    );
  });

  it("name every condition of an axis apart, and every radio of an axis too", () => {
    for (const axis of defaultAxes) {
      const ids = axis.conditions.map(({ channel }) => channelId(channel));
      expect(new Set(ids).size).toBe(ids.length);
      expect(new Set(axis.conditions.map(({ name }) => name)).size).toBe(ids.length);
    }
  });
});

describe("channelsOf", () => {
  it("has each radio of all axes once", () => {
    const ids = channelsOf(defaultAxes).map(channelId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids)).toEqual(new Set(conditions.map(({ channel }) => channelId(channel))));
    expect(ids.length).toBeLessThan(conditions.length);
  });
});
