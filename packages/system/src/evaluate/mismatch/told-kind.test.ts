// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { channelKinds } from "../../channel/channel-model.ts";
import { openRadio } from "../../channel/channel-spec.ts";
import { tinyCard } from "../../link/link-card.fixture.ts";
import type { Link } from "../../link/link.ts";
import { simplestOfKind, toldTrainedKinds } from "./told-kind.ts";

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
