// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { simplexAccuracy } from "../lines/label/simplex-accuracy.ts";
import { simplexCodebook } from "../lines/label/simplex.ts";
import { rayleighBlockFading } from "../channel/fading.ts";
import { awgn } from "../channel/flat-channel.ts";
import { noFromEsNoDb } from "../channel/decibel.ts";
import { radioOf } from "../channel/radio.ts";
import type { Link } from "../link/link.ts";
import { analogLink, codewordLink, noiseLink } from "./fake-links.fixture.ts";
import {
  evaluationDraw,
  measureLink,
  type MeasureLinkOptions,
  type OperatingPoint,
  type PointMeasurement,
} from "./measure-link.ts";

// More than one batch of 500, and a last one that is not full.
const [COUNT, EMBED_DIM, NUM_CLASSES] = [1300, 8, 4];
const NUM_SYMBOLS = EMBED_DIM / 2;
const [onAwgn, onRayleigh] = [radioOf(awgn), radioOf(rayleighBlockFading)];
const labels = Uint8Array.from({ length: COUNT }, (_, image) => image % NUM_CLASSES);
const drawn = rngFrom(1).normal(COUNT * EMBED_DIM);
/** Squared norm 4: as symbols, of power 1. */
const embeddings = drawn.map((value, i) => {
  const row = drawn.subarray(i - (i % EMBED_DIM), i - (i % EMBED_DIM) + EMBED_DIM);
  return (value * Math.sqrt(NUM_SYMBOLS)) / Math.sqrt(row.reduce((sum, v) => sum + v * v, 0));
});

async function measured(
  link: Link,
  changes: Partial<MeasureLinkOptions> = {},
): Promise<[OperatingPoint, PointMeasurement][]> {
  const results = await measureLink({
    link,
    embeddings,
    labels,
    numClasses: NUM_CLASSES,
    channels: [onAwgn],
    esNoDb: [0],
    lengths: link.lengths,
    drawsPerImage: 1,
    rng: rngFrom(2),
    onPoint: () => undefined,
    ...changes,
  });
  return [...results];
}

/** The figures of a link at one operating point. */
async function figuresOf(link: Link, changes: Partial<MeasureLinkOptions> = {}): Promise<PointMeasurement> {
  const [[, figures], ...others] = (await measured(link, changes)) as [[OperatingPoint, PointMeasurement]];
  expect(others).toEqual([]);
  return figures;
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const numberOf = (embedding: Float32Array): number => Math.round(embedding[0]!);
const numbered = Float32Array.from(
  { length: COUNT * EMBED_DIM },
  (_, i) => labels[Math.floor(i / EMBED_DIM)]!,
);
const noDecision = (embedding: Float32Array): Float32Array =>
  new Float32Array((embedding.length / EMBED_DIM) * NUM_CLASSES);

describe("measureLink", () => {
  it("finds a link without noise perfect: all right, R^2 = 1, every image identified", async () => {
    const analog = await figuresOf(analogLink(EMBED_DIM, noDecision), { esNoDb: [150] });
    expect(mean(analog.relativeError)).toBeLessThan(1e-12);
    expect(analog.identified.length).toBe(1300);
    expect(mean(analog.identified)).toBe(1);
    const code = codewordLink(simplexCodebook(NUM_CLASSES, 2), NUM_CLASSES, [2], numberOf);
    const { correct } = await figuresOf(code, { embeddings: numbered, esNoDb: [150] });
    expect([...correct]).toEqual(new Array(COUNT).fill(1));
  });

  it("finds nothing in noise: one in four right, one in a hundred identified", async () => {
    const { correct, identified } = await figuresOf(noiseLink(EMBED_DIM, NUM_CLASSES), { drawsPerImage: 4 });
    const bound = (p: number): number => 5 * Math.sqrt((p * (1 - p)) / (4 * COUNT));
    expect(Math.abs(mean(correct) - 1 / 4)).toBeLessThan(bound(1 / 4));
    expect(Math.abs(mean(identified) - 1 / 100)).toBeLessThan(bound(1 / 100));
  });

  it.each([-5, 0, 10])(
    "measures R^2 = 1 / (1 + no) of symbols sent as they are, at %d dB",
    async (esNoDb) => {
      const { relativeError } = await figuresOf(analogLink(EMBED_DIM, noDecision), { esNoDb: [esNoDb] });
      const no = noFromEsNoDb(esNoDb);
      // The error is -no / (1 + no) x + n / (1 + no): a noncentral chi-square over 2k real values.
      const perAxis = no / 2 / (1 + no) ** 2;
      const bias = (no / (1 + no)) ** 2 * NUM_SYMBOLS;
      const variance = 2 * EMBED_DIM * perAxis ** 2 + 4 * perAxis * bias;
      const sigma = Math.sqrt(variance / COUNT) / NUM_SYMBOLS;
      const centring = 3 / COUNT; // the mean of the sent embeddings is not exactly 0
      expect(Math.abs(mean(relativeError) - no / (1 + no))).toBeLessThan(5 * sigma + centring);
    },
  );

  it.each([onAwgn, onRayleigh].flatMap((channel) => [-6, 0].map((esNoDb) => ({ channel, esNoDb }))))(
    "measures the closed form of the simplex code: $channel.name at $esNoDb dB",
    async ({ channel, esNoDb }) => {
      const link = codewordLink(simplexCodebook(NUM_CLASSES, 2), NUM_CLASSES, [2], numberOf);
      const options = { embeddings: numbered, channels: [channel], esNoDb: [esNoDb], drawsPerImage: 3 };
      const { correct } = await figuresOf(link, options);
      const sizes = { numClasses: NUM_CLASSES, numSymbols: 2 };
      const expected = simplexAccuracy({ ...sizes, channel: channel.name, esNoDb });
      const sigma = Math.sqrt((expected * (1 - expected)) / (3 * COUNT));
      expect(Math.abs(mean(correct) - expected)).toBeLessThan(5 * sigma);
    },
  );

  it("keeps shares of draws in [0, 1], also where n times 1/n is not 1 in float32", async () => {
    const code = codewordLink(simplexCodebook(NUM_CLASSES, 2), NUM_CLASSES, [2], numberOf);
    const few = { embeddings: numbered.slice(0, 100 * EMBED_DIM), labels: labels.slice(0, 100) };
    const { correct } = await figuresOf(code, { ...few, esNoDb: [150], drawsPerImage: 10 });
    expect([...correct]).toEqual(new Array(100).fill(1));
  });

  it("measures every channel, Es/N0 and length asked for, once, and tells how far it is", async () => {
    const link = { ...analogLink(EMBED_DIM, noDecision), lengths: [1, 2, 4] };
    const padded: Link = {
      ...link,
      decode: (reception) => {
        const count = reception.equalizedEsNoDb.length;
        const embedding = new Float32Array(count * EMBED_DIM);
        return Promise.resolve({ embedding, logits: noDecision(embedding) });
      },
    };
    const progress: number[][] = [];
    const points = await measured(padded, {
      channels: [onAwgn, onRayleigh],
      esNoDb: [-5, 5],
      lengths: [1, 4],
      onPoint: (done, total) => progress.push([done, total]),
    });
    expect(points.map(([{ channel, esNoDb, numSymbols }]) => [channel.name, esNoDb, numSymbols])).toEqual(
      ["awgn", "rayleigh-block"].flatMap((name) =>
        [-5, 5].flatMap((level) => [1, 4].map((numSymbols) => [name, level, numSymbols])),
      ),
    );
    expect(progress).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((done) => [done, 8]));
  });

  it("tells the link what it is used on", async () => {
    const told: unknown[] = [];
    const inner = analogLink(EMBED_DIM, noDecision);
    const listening: Link = {
      ...inner,
      encode(embedding, batchSize, esNoDb, channel) {
        told.push(["encode", batchSize, esNoDb, channel.name]);
        return inner.encode(embedding, batchSize, esNoDb, channel);
      },
      decode(reception) {
        const { esNoDb, channel, numSymbols, equalizedEsNoDb } = reception;
        told.push(["decode", equalizedEsNoDb.length, esNoDb, channel.name, numSymbols]);
        return inner.decode(reception);
      },
    };
    await measured(listening, { channels: [onRayleigh], esNoDb: [3] });
    expect(told).toEqual([
      ...[500, 500, 300].map((size) => ["encode", size, 3, "rayleigh-block"]),
      ...[500, 500, 300].map((size) => ["decode", size, 3, "rayleigh-block", 4]),
    ]);
  });

  it("is a function of its address, and another address gives other draws", async () => {
    const link = analogLink(EMBED_DIM, noDecision);
    const first = await figuresOf(link);
    expect(await figuresOf(link)).toEqual(first);
    expect(await figuresOf(link, { rng: rngFrom(3) })).not.toEqual(first);
  });

  it("stops between points when the signal fires", async () => {
    const stop = new AbortController();
    const run = measured(analogLink(EMBED_DIM, noDecision), {
      esNoDb: [0, 1, 2],
      onPoint: (done) => done === 2 && stop.abort(new Error("stop")),
      signal: stop.signal,
    });
    await expect(run).rejects.toThrow("stop");
  });
});

describe("evaluationDraw", () => {
  it("is common to all Es/N0 and lengths: a shorter one meets the start of a longer one", () => {
    const long = evaluationDraw(rngFrom(1), onRayleigh, 2, 5, 8);
    const short = evaluationDraw(rngFrom(1), onRayleigh, 2, 5, 3);
    expect(short["h"]).toEqual(long["h"]);
    expect(short["noise"]).toEqual(long["noise"]!.filter((_, i) => i % 16 < 6));
    expect(evaluationDraw(rngFrom(1), onRayleigh, 3, 5, 8)).not.toEqual(long);
  });
});
