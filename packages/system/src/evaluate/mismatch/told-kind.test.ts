// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { openRadio } from "../../channel/channel-spec.ts";
import type { Link } from "../../link/link.ts";
import { toldTrainedKinds } from "./told-kind.ts";

const [steady, fading] = [openRadio("awgn").kindIndex, openRadio("rayleigh-block").kindIndex];
const rician = openRadio({ model: "rician", kFactorDb: 3 });

/** Kinds that a link trained on these channels hears of when it is used over Rician fading. */
async function toldOver(trained: readonly string[]): Promise<number[]> {
  const told: number[] = [];
  const empty = new Float32Array();
  const link: Link = {
    maxSymbols: 1,
    lengths: [1],
    encode: (_embedding, _batchSize, _esNoDb, { kindIndex }) => {
      told.push(kindIndex);
      return Promise.resolve(empty);
    },
    decode: ({ channel: { kindIndex } }) => {
      told.push(kindIndex);
      return Promise.resolve({ embedding: empty, logits: empty });
    },
    release: () => Promise.resolve(),
  };
  const careful = toldTrainedKinds(link, trained);
  await careful.encode(empty, 0, 0, rician);
  const reception = { xHat: empty, equalizedEsNoDb: empty, esNoDb: 0, channel: rician, numSymbols: 1 };
  await careful.decode(reception);
  return told;
}

describe("toldTrainedKinds", () => {
  it("tells the kind of the channel where training met that kind", async () => {
    expect(await toldOver(["awgn", "rayleigh-block"])).toEqual([fading, fading]);
  });

  it("never tells a kind that training did not meet", async () => {
    expect(await toldOver(["awgn"])).toEqual([steady, steady]);
  });
});
