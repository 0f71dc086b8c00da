// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { openRadio } from "../channel/channel-spec.ts";
import { noFromEsNoDb } from "../channel/decibel.ts";
import { labelCode } from "../lines/label/label-codes.ts";
import { labelLineOf } from "../lines/label/label-line.ts";
import { simplexAccuracy, simplexCodebook } from "../lines/label/simplex.ts";
import { exportedLine } from "../lines/learned/exported-line.ts";
import type { Link } from "../link/link.ts";
import { classify } from "../task/classify.ts";
import type { Truth } from "../task/task.ts";
import { analogLink, codewordLink, noiseLink } from "./fake-links.fixture.ts";
import {
  evaluationDraw,
  type MeasuredPoint,
  measureLine,
  type MeasureOptions,
  type Outcomes,
} from "./measure-line.ts";

// More than one batch of 500, and a last one that is not full.
const [COUNT, EMBED_DIM, NUM_CLASSES] = [1300, 8, 4];
const NUM_SYMBOLS = EMBED_DIM / 2;
const sizes = { numClasses: NUM_CLASSES };
const figures = classify.figures(sizes);
const [onAwgn, onRayleigh] = [openRadio("awgn"), openRadio("rayleigh-block")];
const labels = Uint8Array.from({ length: COUNT }, (_, image) => image % NUM_CLASSES);
const drawn = rngFrom(1).normal(COUNT * EMBED_DIM);
/** Squared norm 4: as symbols, of power 1. */
const embeddings = drawn.map((value, i) => {
  const row = drawn.subarray(i - (i % EMBED_DIM), i - (i % EMBED_DIM) + EMBED_DIM);
  return (value * Math.sqrt(NUM_SYMBOLS)) / Math.sqrt(row.reduce((sum, v) => sum + v * v, 0));
});

/** Images of the labels, and what the device sent of them. */
function truthOf(sent: Float32Array, own: Uint8Array = labels): Truth {
  const set = {
    labels: own,
    images: new Uint8Array(own.length),
    count: own.length,
    channels: 1,
    height: 1,
    width: 1,
  };
  return { set, sizes, sent };
}

interface Changes extends Partial<MeasureOptions> {
  readonly sent?: Float32Array;
  readonly labels?: Uint8Array;
}

function measured(
  link: Link,
  { sent = embeddings, labels: own, ...changes }: Changes = {},
): Promise<MeasuredPoint[]> {
  const truth = truthOf(sent, own);
  return measureLine({
    line: exportedLine(link, { source: sent, count: truth.set.count, task: classify, sizes }),
    power: "unit",
    figures,
    truth,
    radios: [onAwgn],
    esNoDb: [0],
    lengths: link.lengths,
    numDraws: 1,
    rng: rngFrom(2),
    ...changes,
  });
}

/** The outcomes of a link at one operating point. */
async function outcomesOf(link: Link, changes: Changes = {}): Promise<Outcomes> {
  const [point, ...others] = await measured(link, changes);
  expect(others).toEqual([]);
  return point!.outcomes;
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
const code = codewordLink(simplexCodebook(NUM_CLASSES, 2), NUM_CLASSES, [2], numberOf);

describe("measureLine", () => {
  it("finds a link without noise perfect: all right, R^2 = 1, every image identified", async () => {
    const analog = await outcomesOf(analogLink(EMBED_DIM, noDecision), { esNoDb: [150] });
    expect(mean(analog["embeddingR2"]!)).toBeLessThan(1e-12);
    expect(analog["identity100"]!.length).toBe(1300);
    expect(mean(analog["identity100"]!)).toBe(1);
    const { accuracy } = await outcomesOf(code, { sent: numbered, esNoDb: [150] });
    expect([...accuracy!]).toEqual(new Array(COUNT).fill(1));
  });

  it("has no figure that the line does not give", async () => {
    expect(Object.keys(await outcomesOf(code, { sent: numbered }))).toEqual(["accuracy"]);
  });

  it("finds nothing in noise: one in four right, one in a hundred identified", async () => {
    const outcomes = await outcomesOf(noiseLink(EMBED_DIM, NUM_CLASSES), { numDraws: 4 });
    const bound = (p: number): number => 5 * Math.sqrt((p * (1 - p)) / (4 * COUNT));
    expect(Math.abs(mean(outcomes["accuracy"]!) - 1 / 4)).toBeLessThan(bound(1 / 4));
    expect(Math.abs(mean(outcomes["identity100"]!) - 1 / 100)).toBeLessThan(bound(1 / 100));
  });

  it.each([-5, 0, 10])(
    "measures R^2 = 1 / (1 + no) of symbols sent as they are, at %d dB",
    async (esNoDb) => {
      const { embeddingR2 } = await outcomesOf(analogLink(EMBED_DIM, noDecision), { esNoDb: [esNoDb] });
      const no = noFromEsNoDb(esNoDb);
      // The error is -no / (1 + no) x + n / (1 + no): a noncentral chi-square over 2k real values.
      const perAxis = no / 2 / (1 + no) ** 2;
      const bias = (no / (1 + no)) ** 2 * NUM_SYMBOLS;
      const variance = 2 * EMBED_DIM * perAxis ** 2 + 4 * perAxis * bias;
      const sigma = Math.sqrt(variance / COUNT) / NUM_SYMBOLS;
      const centring = 3 / COUNT; // the mean of the sent embeddings is not exactly 0
      expect(Math.abs(mean(embeddingR2!) - no / (1 + no))).toBeLessThan(5 * sigma + centring);
    },
  );

  it.each([onAwgn, onRayleigh].flatMap((radio) => [-6, 0].map((esNoDb) => ({ radio, esNoDb }))))(
    "measures the closed form of the simplex code: $radio.name at $esNoDb dB",
    async ({ radio, esNoDb }) => {
      const { accuracy } = await outcomesOf(code, {
        sent: numbered,
        radios: [radio],
        esNoDb: [esNoDb],
        numDraws: 3,
      });
      const expected = simplexAccuracy({
        numClasses: NUM_CLASSES,
        numSymbols: 2,
        channel: radio.name,
        esNoDb,
      });
      const sigma = Math.sqrt((expected * (1 - expected)) / (3 * COUNT));
      expect(Math.abs(mean(accuracy!) - expected)).toBeLessThan(5 * sigma);
    },
  );

  it("keeps shares of draws in [0, 1], also where n times 1/n is not 1 in float32", async () => {
    const few = { sent: numbered.slice(0, 100 * EMBED_DIM), labels: labels.slice(0, 100) };
    const { accuracy } = await outcomesOf(code, { ...few, esNoDb: [150], numDraws: 10 });
    expect([...accuracy!]).toEqual(new Array(100).fill(1));
  });

  it("is the mean over the draws, each of an address of its own", async () => {
    const told = { sent: numbered, esNoDb: [-6] };
    const { accuracy } = await outcomesOf(code, { ...told, numDraws: 2 });
    expect(new Set(accuracy)).toEqual(new Set([0, 0.5, 1]));
    const { accuracy: first } = await outcomesOf(code, told);
    accuracy!.forEach((share, image) => expect([0, 0.5]).toContain(share - first![image]! / 2));
  });

  it("gives all lines the same fades and noise: a code measured as a link is right on the same images", async () => {
    const device = { decisions: labels, numAnswers: NUM_CLASSES };
    const line = await labelLineOf({ ...labelCode, codebook: simplexCodebook }).prepare(device);
    const places = { radios: [onAwgn, onRayleigh], esNoDb: [-3, 4], lengths: [2] };
    const asLink = await measured(code, { sent: numbered, ...places });
    const asCode = await measureLine({
      line,
      power: "unit" as const,
      figures,
      truth: truthOf(numbered),
      ...places,
      numDraws: 1,
      rng: rngFrom(2),
    });
    expect(asCode).toEqual(asLink);
  });

  it("refuses what is sent at another power than the line declares, at the point where it is", async () => {
    const link = analogLink(EMBED_DIM, noDecision);
    const louder = embeddings.map((value, i) => (i < EMBED_DIM ? 2 * value : value)); // one image of 1,300
    await expect(measured(link, { sent: louder })).rejects.toThrow(
      /4 symbols over awgn at 0 dB: expected power "unit" as the line declares, got mean power (4|3\.99)/,
    );
    expect((await measured(link, { sent: louder, power: "none" })).length).toBeGreaterThan(0);
  });

  it("measures every radio, Es/N0 and length asked for, once, and tells how far it is", async () => {
    const padded: Link = {
      ...analogLink(EMBED_DIM, noDecision),
      lengths: [1, 2, 4],
      decode: ({ batchSize }) => {
        const embedding = new Float32Array(batchSize * EMBED_DIM);
        return Promise.resolve({ embedding, answer: noDecision(embedding) });
      },
    };
    const progress: number[][] = [];
    const points = await measured(padded, {
      power: "none", // its prefixes are of any power
      radios: [onAwgn, onRayleigh],
      esNoDb: [-5, 5],
      lengths: [1, 4],
      onPoint: (done, total) => progress.push([done, total]),
    });
    expect(points.map(({ channel, esNoDb, numSymbols }) => [channel, esNoDb, numSymbols])).toEqual(
      ["awgn", "rayleigh-block"].flatMap((name) =>
        [-5, 5].flatMap((level) => [1, 4].map((numSymbols) => [name, level, numSymbols])),
      ),
    );
    expect(progress).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((done) => [done, 8]));
  });

  it("tells the link what it is used on, in batches", async () => {
    const told: unknown[] = [];
    const inner = analogLink(EMBED_DIM, noDecision);
    const listening: Link = {
      ...inner,
      encode(source, { batchSize, esNoDb, channel }) {
        told.push(["encode", batchSize, esNoDb, channel.kindIndex]);
        return inner.encode(source, { batchSize, esNoDb, channel });
      },
      decode(reception) {
        const { batchSize, esNoDb, channel, numSymbols } = reception;
        told.push(["decode", batchSize, esNoDb, channel.kindIndex, numSymbols]);
        return inner.decode(reception);
      },
    };
    await measured(listening, { radios: [onRayleigh], esNoDb: [3] });
    expect(told).toEqual([
      ...[500, 500, 300].map((size) => ["encode", size, 3, onRayleigh.kindIndex]),
      ...[500, 500, 300].map((size) => ["decode", size, 3, onRayleigh.kindIndex, 4]),
    ]);
  });

  it("is a function of its address, and another address gives other draws", async () => {
    const link = analogLink(EMBED_DIM, noDecision);
    const first = await outcomesOf(link);
    expect(await outcomesOf(link)).toEqual(first);
    expect(await outcomesOf(link, { rng: rngFrom(3) })).not.toEqual(first);
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

describe("under conditions that a code was not made for", () => {
  const wronglyTold = openRadio({ model: "rayleigh-block", receiver: { esNoOffsetDb: 10 } });
  const unknownPhase = openRadio({ model: "rayleigh-block", receiver: { csi: "es-no" } });
  const lost = openRadio({ model: "awgn", impairments: [{ impairment: "erasures", probability: 1 }] });
  const accuracies = async (...radios: MeasureOptions["radios"]): Promise<Float32Array[]> => {
    const device = { decisions: labels, numAnswers: NUM_CLASSES };
    const line = await labelLineOf(labelCode).prepare(device);
    const options = {
      line,
      power: "unit" as const,
      figures,
      truth: truthOf(numbered),
      esNoDb: [4],
      lengths: [2],
      numDraws: 1,
      rng: rngFrom(3),
    };
    return (await measureLine({ ...options, radios })).map(({ outcomes }) => outcomes["accuracy"]!);
  };

  it("nothing changes for a code that is not told Es/N0 when what is told is wrong", async () => {
    const [right, wrong] = await accuracies(onRayleigh, wronglyTold);
    expect(wrong).toEqual(right);
  });

  it("a guess is left where phases are unknown or nothing arrives", async () => {
    const [known, unknown, nothing] = await accuracies(onRayleigh, unknownPhase, lost);
    // No word of the simplex is another turned by a phase, but each phase is as likely as any.
    expect(mean(unknown!)).toBeLessThan(mean(known!) - 0.2);
    const sigma = Math.sqrt(((1 / 4) * (3 / 4)) / COUNT);
    expect(Math.abs(mean(nothing!) - 1 / 4)).toBeLessThan(5 * sigma);
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
