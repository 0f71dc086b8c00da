// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import type { Line } from "../lines/line.ts";
import { unlearnedLines } from "../lines/label/unlearned-lines.ts";
import { repetitionQpsk } from "../lines/label/repetition-qpsk.ts";
import { openRadio } from "../channel/channel-spec.ts";
import {
  type LineOptions,
  linkLine,
  measureBaseline,
  type Outcomes,
  outcomesOf,
  pairedComparisons,
  pairedInterval,
  resultLines,
} from "./assemble-results.ts";
import { codewordLink } from "./fake-links.fixture.ts";
import type { LinkEvaluation, MeasuredPoint } from "./link-evaluation.ts";
import { measureLink } from "./measure-link.ts";
import { clusteredMeanInterval, meanInterval } from "../numbers/statistics.ts";

const [COUNT, NUM_CLASSES] = [400, 4];
const labels = Uint8Array.from({ length: COUNT }, (_, image) => image % NUM_CLASSES);
/** A device that is right on three images in four. */
const devicePredictions = labels.map((label, image) => (image % 16 < 12 ? label : (label + 1) % NUM_CLASSES));
const lengths = [2, 4];
const options: LineOptions = {
  evaluate: {
    esNoDb: [-6, 40],
    lengths,
    channels: ["awgn", "rayleigh-block"],
    drawsPerImage: 1,
  },
  labels,
  numClasses: NUM_CLASSES,
  numSourceValues: 200,
  seed: 5,
};

const device = { numClasses: NUM_CLASSES, predictions: devicePredictions };

/** A measurement of 250 images. */
function pointOf(
  place: Pick<MeasuredPoint, "channel" | "esNoDb" | "numSymbols">,
  seed: number,
): MeasuredPoint {
  const rng = rngFrom(seed);
  const uniform = (name: string): Float32Array => rng.fold(name).uniform(250);
  return {
    ...place,
    measurement: {
      correct: uniform("correct").map((u) => (u < 0.8 ? 1 : 0)),
      relativeError: uniform("error").map((u) => 0.3 * u),
      identified: uniform("identified")
        .subarray(0, 200)
        .map((u) => (u < 0.9 ? 1 : 0)),
    },
  };
}

const shuffled: LinkEvaluation = {
  kind: "cat",
  devicePredictions,
  points: [
    pointOf({ channel: "rayleigh-block", esNoDb: 10, numSymbols: 2 }, 1),
    pointOf({ channel: "awgn", esNoDb: 10, numSymbols: 4 }, 2),
    pointOf({ channel: "awgn", esNoDb: -5, numSymbols: 2 }, 3),
    pointOf({ channel: "awgn", esNoDb: 10, numSymbols: 2 }, 4),
    pointOf({ channel: "awgn", esNoDb: -5, numSymbols: 4 }, 5),
  ],
};

describe("resultLines", () => {
  const [awgn, rayleigh, ...others] = resultLines(linkLine(shuffled, "rival"), options);

  it("is a line for each channel, its points by Es/N0, then by length", () => {
    expect(others).toEqual([]);
    expect([awgn!.channel, rayleigh!.channel]).toEqual(["awgn", "rayleigh-block"]);
    expect(awgn).toMatchObject({ id: "cat", label: "CAT link", role: "rival" });
    expect(awgn!.points.map(({ esNoDb, numSymbols }) => [esNoDb, numSymbols])).toEqual([
      [-5, 2],
      [-5, 4],
      [10, 2],
      [10, 4],
    ]);
  });

  it("divides the symbols by the source values for the bandwidth ratio", () => {
    expect(awgn!.points.map(({ cbr }) => cbr)).toEqual([0.01, 0.02, 0.01, 0.02]);
  });

  it("has the interval of each figure over the images; R^2 is 1 minus the missed share", () => {
    const { correct, relativeError, identified } = shuffled.points[0]!.measurement;
    const [point] = rayleigh!.points;
    expect(point!.figures["accuracy"]).toEqual(clusteredMeanInterval(correct, 0.95));
    const missed = meanInterval(relativeError, 0.95);
    expect(point!.figures["embeddingR2"]).toEqual({
      ...missed,
      value: 1 - missed.value,
      low: 1 - missed.high,
      high: 1 - missed.low,
    });
    expect(point!.figures["identity100"]).toEqual(clusteredMeanInterval(identified, 0.95));
    expect(point!.figures["identity100"]!.n).toBe(200);
  });

  it("has no identity figure of fewer than a hundred images", () => {
    const [first] = shuffled.points;
    const few = { ...first!, measurement: { ...first!.measurement, identified: new Float32Array(0) } };
    const [line] = resultLines(linkLine({ ...shuffled, points: [few] }, "link"), options);
    expect(line!.points[0]!.figures).not.toHaveProperty("identity100");
  });
});

describe("a baseline", () => {
  const { "label-code": labelCode, "repetition-qpsk": repetition } = unlearnedLines;

  it("stands at every channel, Es/N0 and length that it supports", async () => {
    for (const baseline of [labelCode, repetition, unlearnedLines.capacity]) {
      const lines = resultLines(await measureBaseline(baseline, device, options), options);
      expect(lines.map(({ id, label, role, channel }) => [id, label, role, channel])).toEqual(
        options.evaluate.channels.map((channel) => [baseline.name, baseline.label, baseline.role, channel]),
      );
      for (const { points } of lines) {
        expect(points.map(({ esNoDb, numSymbols }) => [esNoDb, numSymbols])).toEqual([
          [-6, 2],
          [-6, 4],
          [40, 2],
          [40, 4],
        ]);
      }
    }
    const fading: Line = { ...labelCode, supports: ({ name }) => name === "rayleigh-block" };
    const lines = resultLines(await measureBaseline(fading, device, options), options);
    expect(lines.map(({ channel }) => channel)).toEqual(["rayleigh-block"]);
  });

  it("has no figures of an embedding unless its receiver has one", async () => {
    const withEmbeddings = { ...device, embeddings: rngFrom(1).normal(COUNT * 3) };
    const [line] = resultLines(await measureBaseline(labelCode, withEmbeddings, options), options);
    expect(line!.points[0]!.figures).not.toHaveProperty("embeddingR2");
    expect(line!.points[0]!.figures).not.toHaveProperty("identity100");
  });

  it("counts the pilots of a receiver that estimates the channel, for each gain", async () => {
    const csi = { pilots: 2, estimator: "ls" as const };
    const channel = { model: "rayleigh", form: "fast", receiver: { csi } };
    const estimated = { ...options, evaluate: { ...options.evaluate, channels: [channel] } };
    const [line] = resultLines(await measureBaseline(labelCode, device, estimated), estimated);
    expect(line!.points.map(({ numPilots }) => numPilots)).toEqual([4, 8, 4, 8]);
  });

  it("reaches the accuracy of the device on a clear channel, and no more", async () => {
    for (const baseline of [labelCode, repetition]) {
      const { points } = outcomesOf(await measureBaseline(baseline, device, options));
      const clear = points.filter(({ place }) => place.channel === "awgn" && place.esNoDb === 40);
      for (const { correct } of clear) {
        expect([...correct]).toEqual(
          Array.from(labels, (label, i) => (label === devicePredictions[i] ? 1 : 0)),
        );
      }
    }
  });

  it("meets the fades and noise of the links: the same code measured as a link is right on the same images", async () => {
    const { points } = outcomesOf(await measureBaseline(repetition, device, options));
    const link = codewordLink(
      repetitionQpsk.codebook(NUM_CLASSES, 4),
      NUM_CLASSES,
      lengths,
      (embedding) => embedding[0]!,
    );
    const { evaluate, seed } = options;
    const measured = await measureLink({
      link,
      embeddings: Float32Array.from(devicePredictions),
      labels,
      numClasses: NUM_CLASSES,
      channels: evaluate.channels.map(openRadio),
      esNoDb: evaluate.esNoDb,
      lengths,
      drawsPerImage: 1,
      rng: rngFrom(seed).fold("evaluate"),
      onPoint: () => undefined,
    });
    expect(measured.size).toBe(points.length);
    for (const [{ channel, esNoDb, numSymbols }, { correct }] of measured) {
      const twin = points.find(
        ({ place }) =>
          place.channel === channel.name && place.esNoDb === esNoDb && place.numSymbols === numSymbols,
      );
      expect(twin!.correct).toEqual(correct);
    }
  });

  it("averages over the draws of an image, and stays a share", async () => {
    const evaluate = { ...options.evaluate, drawsPerImage: 10, esNoDb: [40], channels: ["awgn" as const] };
    const perfect = { ...device, predictions: labels };
    const { points } = await measureBaseline(labelCode, perfect, { ...options, evaluate });
    for (const { measurement } of points) expect([...measurement.correct]).toEqual(new Array(COUNT).fill(1));
  });
});

describe("pairedComparisons", () => {
  const system = outcomesOf(linkLine(shuffled, "link"));
  const shifted: Outcomes = {
    id: "other",
    points: [
      { place: { channel: "awgn", esNoDb: 99, numSymbols: 2 }, correct: new Float32Array(250) },
      ...[...system.points].reverse().map(({ place, correct }, index) => ({
        place,
        correct: correct.map((value, image) => (image < 10 * (index + 1) ? 1 - value : value)),
      })),
    ],
  };

  it("pairs points by their place, whatever their order, and leaves out those of one system alone", () => {
    const comparisons = pairedComparisons(system, [shifted]);
    expect(comparisons.map(({ id }) => id)).toEqual(
      system.points.map(({ place }) => `cat - other ${place.channel} ${place.esNoDb} ${place.numSymbols}`),
    );
    comparisons.forEach(({ difference, place: compared }, index) => {
      const { place, correct } = system.points[index]!;
      const { channel, esNoDb, numSymbols } = place;
      expect(compared).toEqual({ channel, esNoDb, numSymbols });
      const twin = shifted.points.find((point) => point.place === place)!;
      expect(difference).toEqual(pairedInterval(correct.map((value, i) => value - twin.correct[i]!)));
    });
  });

  it("is positive where the first system is better", () => {
    const worse = {
      id: "worse",
      points: system.points.map((point) => ({ ...point, correct: new Float32Array(250) })),
    };
    for (const { difference } of pairedComparisons(system, [worse])) {
      expect(difference.low).toBeGreaterThan(0);
      expect(difference).toMatchObject({ n: 250, method: "paired-normal", confidence: 0.95 });
    }
  });

  it("is exactly 0 for a system and itself", () => {
    for (const { difference } of pairedComparisons(system, [{ ...system, id: "twin" }])) {
      expect(difference).toMatchObject({ value: 0, low: 0, high: 0 });
    }
  });
});
