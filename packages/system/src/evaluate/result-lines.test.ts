// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { type ChannelSpec, channelId, openRadio } from "../channel/channel-spec.ts";
import { classify } from "../task/classify.ts";
import { differenceOf, estimatesOf } from "./estimates.ts";
import type { MeasuredPoint } from "./measure-line.ts";
import { type LineOptions, type MeasuredLine, pairedComparisons, resultLines } from "./result-lines.ts";

const figures = classify.figures({ numClasses: 4 });
const [accuracy] = figures;

function optionsFor(...specs: readonly ChannelSpec[]): LineOptions {
  return { figures, channels: specs.map((spec) => ({ spec, radio: openRadio(spec) })), numSourceValues: 200 };
}

/** A measurement of 250 images. */
function pointOf(channel: string, esNoDb: number, numSymbols: number, seed: number): MeasuredPoint {
  const rng = rngFrom(seed);
  const uniform = (name: string): Float32Array => rng.fold(name).uniform(250);
  const outcomes = {
    accuracy: uniform("correct").map((u) => (u < 0.8 ? 1 : 0)),
    embeddingR2: uniform("error").map((u) => 0.3 * u),
  };
  return { channel, esNoDb, numSymbols, outcomes };
}

const shuffled: MeasuredLine = {
  id: "cat",
  label: "CAT link",
  role: "rival",
  points: [
    pointOf("rayleigh-block", 10, 2, 1),
    pointOf("awgn", 10, 4, 2),
    pointOf("awgn", -5, 2, 3),
    pointOf("awgn", 10, 2, 4),
    pointOf("awgn", -5, 4, 5),
  ],
};

describe("resultLines", () => {
  const [awgn, rayleigh, ...others] = resultLines(shuffled, optionsFor("awgn", "rayleigh-block", "ofdm"));

  it("is a line for each channel that was measured, its points by Es/N0, then by length", () => {
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

  it("has every figure that was measured, with its interval, and no other", () => {
    const { outcomes } = shuffled.points[0]!;
    expect(rayleigh!.points[0]!.figures).toEqual(estimatesOf(figures, outcomes));
    expect(Object.keys(rayleigh!.points[0]!.figures)).toEqual(["accuracy", "embeddingR2"]);
  });

  it("counts the pilots of a receiver that estimates the channel, for each gain", () => {
    const csi = { pilots: 2, estimator: "ls" as const };
    const channel = { model: "rayleigh", form: "fast", receiver: { csi } };
    const points = [pointOf(channelId(channel), 0, 2, 1), pointOf(channelId(channel), 0, 4, 2)];
    const [line] = resultLines({ ...shuffled, points }, optionsFor(channel));
    expect(line!.points.map(({ numPilots }) => numPilots)).toEqual([4, 8]);
    expect(awgn!.points[0]).not.toHaveProperty("numPilots");
  });

  it("states interference where there is any", () => {
    const channel = { model: "awgn", impairments: [{ impairment: "interference", sirDb: 0 }] };
    const points = [pointOf(channelId(channel), 0, 2, 1)];
    const [line] = resultLines({ ...shuffled, points }, optionsFor(channel));
    expect(line!.sirDb).toBe(0);
    expect(line!.points[0]!.sinrDb).toBeCloseTo(-10 * Math.log10(2), 10);
    expect(awgn).not.toHaveProperty("sirDb");
  });
});

describe("pairedComparisons", () => {
  const shifted: MeasuredLine = {
    ...shuffled,
    id: "other",
    points: [
      pointOf("awgn", 99, 2, 6),
      ...[...shuffled.points].reverse().map((point, index) => ({
        ...point,
        outcomes: {
          accuracy: point.outcomes["accuracy"]!.map((v, image) => (image < 10 * (index + 1) ? 1 - v : v)),
        },
      })),
    ],
  };

  it("pairs points by their place, whatever their order, and leaves out those of one line alone", () => {
    const comparisons = pairedComparisons(shuffled, [shifted], accuracy!);
    const places = shuffled.points.map(({ channel, esNoDb, numSymbols }) => ({
      channel,
      esNoDb,
      numSymbols,
    }));
    expect(comparisons.map(({ id }) => id)).toEqual(
      places.map(({ channel, esNoDb, numSymbols }) => `cat - other ${channel} ${esNoDb} ${numSymbols}`),
    );
    comparisons.forEach(({ difference, place, figure }, index) => {
      expect(place).toEqual(places[index]);
      expect(figure).toBe("accuracy");
      const twin = shifted.points[shifted.points.length - 1 - index]!;
      const [a, b] = [shuffled.points[index]!, twin].map(({ outcomes }) => outcomes["accuracy"]!);
      expect(difference).toEqual(differenceOf(accuracy!, a!, b!));
    });
  });

  it("is positive where the main line is better, and exactly 0 for a line and itself", () => {
    const points = shuffled.points.map((point) => ({
      ...point,
      outcomes: { accuracy: new Float32Array(250) },
    }));
    for (const { difference } of pairedComparisons(
      shuffled,
      [{ ...shuffled, id: "worse", points }],
      accuracy!,
    )) {
      expect(difference.low).toBeGreaterThan(0);
      expect(difference).toMatchObject({ n: 250, method: "paired-normal", confidence: 0.95 });
    }
    for (const { difference } of pairedComparisons(shuffled, [{ ...shuffled, id: "twin" }], accuracy!)) {
      expect(difference).toMatchObject({ value: 0, low: 0, high: 0 });
    }
  });

  it("says nothing of a line that lacks the figure", () => {
    const points = shuffled.points.map((point) => ({ ...point, outcomes: {} }));
    expect(pairedComparisons(shuffled, [{ ...shuffled, id: "mute", points }], accuracy!)).toEqual([]);
  });
});
