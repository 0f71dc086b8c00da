// SPDX-License-Identifier: Apache-2.0
import { concat, exportModel, input, mul, reshape, sum, type Tensor } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { describe, expect, it } from "vitest";
import { openRadio } from "../channel/channel-spec.ts";
import { cardMetadata, type LinkCard } from "./link-card.ts";
import { tinyCard } from "./link-card.fixture.ts";
import { type Link, openLink } from "./link.ts";

const BATCH = 2;
const channel = openRadio("rayleigh-block");
const runtime = await nodeRuntime({ intraOpThreads: 1 });

/** A model of some outputs that carries a card. */
function model(outputs: Readonly<Record<string, Tensor>>, card: LinkCard | null): Uint8Array {
  return exportModel(outputs, new Map(), { name: "part", ...(card ? { metadata: cardMetadata(card) } : {}) });
}

/** Symbols are the features, all that is told multiplied by 0 but Es/N0. */
function encoder(card: LinkCard | null): Uint8Array {
  const told = mul(
    sum(input("kind", ["batch", 2]), { axes: [1], keepDims: true }),
    input("esNoDb", ["batch", 1]),
  );
  return model({ symbols: reshape(mul(input("features", ["batch", 8]), told), ["batch", 4, 2]) }, card);
}

/** Answers with all that it was fed, item by item. */
function receiver(card: LinkCard | null, isRaw = false): Uint8Array {
  const flat = (name: string, numSymbols: number, width: number): Tensor =>
    reshape(input(name, ["batch", numSymbols, width]), ["batch", numSymbols * width]);
  const own = isRaw ? [flat("gain", 4, 2), flat("no", 4, 1)] : [input("equalizedEsNoDb", ["batch", 1])];
  const told = [input("esNoDb", ["batch", 1]), input("kind", ["batch", 2])];
  const parts = [flat("received", 4, 2), flat("mask", 4, 1), ...own, ...told];
  return model({ logits: concat(parts, { axis: 1 }) }, card);
}

function opened(card = tinyCard(), isRaw = false): Promise<Link> {
  return openLink({ sender: encoder(card), receiver: receiver(card, isRaw) }, runtime);
}

const SYMBOLS = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);

describe("openLink", () => {
  it("sends what the encoder makes of features, told Es/N0 and the kind of the channel", async () => {
    const link = await opened();
    const features = Float32Array.from({ length: BATCH * 8 }, (_, i) => i);
    const sent = await link.encode(features, { batchSize: BATCH, esNoDb: 3, channel });
    expect([...sent]).toEqual([...features].map((value) => 3 * value));
    expect(link).toMatchObject({ maxSymbols: 4, lengths: [2, 4] });
    await link.release();
  });

  it("pads a transmission with zeros behind its end and says so in the mask", async () => {
    const link = await opened();
    const { answer, embedding } = await link.decode({
      batchSize: BATCH,
      numSymbols: 2,
      symbols: SYMBOLS,
      equalizedEsNoDb: Float32Array.of(10, 11),
      esNoDb: 3,
      channel,
    });
    expect([...answer]).toEqual([
      1, 2, 3, 4, 0, 0, 0, 0, 1, 1, 0, 0, 10, 3, 0, 1, 5, 6, 7, 8, 0, 0, 0, 0, 1, 1, 0, 0, 11, 3, 0, 1,
    ]);
    expect(embedding).toBeUndefined();
  });

  it("hands symbols, gains and noise levels to a raw receiver, padded alike", async () => {
    const link = await opened(tinyCard({ reception: "raw" }), true);
    const { answer } = await link.decode({
      batchSize: BATCH,
      numSymbols: 2,
      symbols: SYMBOLS,
      gain: SYMBOLS.map((value) => -value),
      no: Float32Array.of(0.5, 0.25, 2, 4),
      esNoDb: 3,
      channel,
    });
    expect([...answer].slice(-27)).toEqual([
      5, 6, 7, 8, 0, 0, 0, 0, 1, 1, 0, 0, -5, -6, -7, -8, 0, 0, 0, 0, 2, 4, 0, 0, 3, 0, 1,
    ]);
  });

  it("decodes an increment's end and nothing between", async () => {
    const link = await opened();
    const told = { batchSize: 1, symbols: SYMBOLS.slice(0, 6), esNoDb: 0, channel };
    await expect(
      link.decode({ ...told, numSymbols: 3, equalizedEsNoDb: Float32Array.of(0) }),
    ).rejects.toThrow(
      expect.objectContaining({
        code: "unknown-length",
        expected: "a length of 2, 4 symbols",
        actual: "3",
      }),
    );
  });

  it("refuses halves that carry no card, or cards of different links", async () => {
    const card = tinyCard();
    const open = (sender: Uint8Array, half: Uint8Array): Promise<Link> =>
      openLink({ sender, receiver: half }, runtime);
    for (const [sender, half] of [
      [encoder(null), receiver(card)],
      [encoder(card), receiver(null)],
    ] as const) {
      await expect(open(sender, half)).rejects.toThrow(expect.objectContaining({ code: "missing-card" }));
    }
    const other = tinyCard({ provenance: { ...card.provenance, seed: 2 } });
    await expect(open(encoder(other), receiver(card))).rejects.toThrow(
      expect.objectContaining({ code: "other-link" }),
    );
  });

  it("refuses a card that is none, naming its first mistake", async () => {
    const broken = { semlink: JSON.stringify({ ...tinyCard(), lengths: [] }) };
    const sender = exportModel({ symbols: input("features", ["batch", 8]) }, new Map(), {
      name: "part",
      metadata: broken,
    });
    await expect(openLink({ sender, receiver: receiver(tinyCard()) }, runtime)).rejects.toThrow(
      expect.objectContaining({ code: "corrupt-file", actual: expect.stringContaining("lengths") as string }),
    );
  });
});
