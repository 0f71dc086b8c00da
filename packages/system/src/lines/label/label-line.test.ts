// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import golden from "../../channel/__goldens__/channel.json" with { type: "json" };
import { rayleighBlockFading } from "../../channel/fading.ts";
import { awgn } from "../../channel/flat-channel.ts";
import { type Radio, radioOf } from "../../channel/radio.ts";
import { pairedDifference } from "../../numbers/statistics.ts";
import { labelCode, repetitionQpsk } from "./label-codes.ts";
import { type LabelLine, transmitLabels } from "./label-line.ts";
import { simplexAccuracy } from "./simplex.ts";

const SIGMAS = 5;
const FIVE_SIGMA = 1 - 5.7e-7; // confidence of an interval of +-5 sigma
const BATCH_SIZE = 20_000;

interface Setup {
  readonly numClasses: number;
  readonly numSymbols: number;
  readonly channel: keyof typeof radios;
  readonly esNoDb: number;
}

const rng = rngFrom(7);
const longest = { batchSize: BATCH_SIZE, numSymbols: 64 };
const radios = { awgn: radioOf(awgn), "rayleigh-block": radioOf(rayleighBlockFading) };
const drawOn = (radio: Radio): ReturnType<Radio["draw"]> => radio.draw(rng.fold("channel"), longest);
const draws = { awgn: drawOn(radios.awgn), "rayleigh-block": drawOn(radios["rayleigh-block"]) };

/** Right labels of uniform, perfectly classified images; the same draw for every line and length. */
function deliver(line: LabelLine, { numClasses, numSymbols, channel, esNoDb }: Setup): Uint8Array {
  const labels = Uint8Array.from(rng.fold("labels").integers(BATCH_SIZE, numClasses));
  const [draw, radio] = [draws[channel], radios[channel]];
  const codebook = line.codebook(numClasses, numSymbols);
  const received = transmitLabels({ codebook, numClasses, predictedLabels: labels, radio, draw, esNoDb });
  return received.map((label, image) => (label === labels[image] ? 1 : 0));
}

function share(flags: Uint8Array): number {
  return flags.reduce((sum, flag) => sum + flag, 0) / flags.length;
}

function sigmaOf(probability: number): number {
  return Math.sqrt((probability * (1 - probability)) / BATCH_SIZE);
}

describe("the simplex's closed form is its simulation", () => {
  it.each<Setup>([
    { numClasses: 10, numSymbols: 5, channel: "awgn", esNoDb: -10 },
    { numClasses: 10, numSymbols: 8, channel: "awgn", esNoDb: -5 },
    { numClasses: 10, numSymbols: 16, channel: "awgn", esNoDb: -5 },
    { numClasses: 2, numSymbols: 1, channel: "awgn", esNoDb: 0 },
    { numClasses: 10, numSymbols: 5, channel: "rayleigh-block", esNoDb: 0 },
    { numClasses: 10, numSymbols: 64, channel: "rayleigh-block", esNoDb: -10 },
    { numClasses: 33, numSymbols: 16, channel: "rayleigh-block", esNoDb: 10 },
  ])("$numClasses classes, $numSymbols symbols, $channel, $esNoDb dB", (setup) => {
    const expected = simplexAccuracy(setup);
    expect(Math.abs(share(deliver(labelCode, setup)) - expected)).toBeLessThan(SIGMAS * sigmaOf(expected));
  });
});

describe("repetition QPSK", () => {
  // The closed form decides bit by bit; with all 16 words used, maximum likelihood is the same decision.
  it.each(golden.localLabelRepetition.points)(
    "of 16 used words, $numSymbols symbols at $esNoDb dB, arrives with probability $labelCorrect",
    ({ esNoDb, numSymbols, bits, labelCorrect }) => {
      const setup: Setup = { numClasses: 2 ** bits, numSymbols, channel: "awgn", esNoDb };
      const seen = share(deliver(repetitionQpsk, setup));
      expect(Math.abs(seen - labelCorrect)).toBeLessThan(SIGMAS * sigmaOf(labelCorrect) + 1 / BATCH_SIZE);
    },
  );

  // With 10 of the 16 words in use, maximum likelihood corrects some of the errors that lead to an unused word.
  it.each(golden.localLabelRepetition.points)(
    "of 10 used words, $numSymbols symbols at $esNoDb dB, is not worse than bit by bit",
    ({ esNoDb, numSymbols, labelCorrect }) => {
      const seen = share(deliver(repetitionQpsk, { numClasses: 10, numSymbols, channel: "awgn", esNoDb }));
      expect(seen).toBeGreaterThan(labelCorrect - SIGMAS * sigmaOf(labelCorrect) - 1 / BATCH_SIZE);
    },
  );

  it("sends bit p mod b, most significant first, on real position p", () => {
    const a = Math.SQRT1_2;
    const words = repetitionQpsk.codebook(5, 2); // 3 bits on 4 positions: the first is sent twice
    expect([...words.subarray(4 * 3, 4 * 4)]).toEqual([a, -a, -a, a].map(Math.fround)); // 3 = 011
    expect([...words.subarray(4 * 4, 4 * 5)]).toEqual([-a, a, a, -a].map(Math.fround)); // 4 = 100
  });

  it("decides labels that share a word for the smallest of them", () => {
    const draw = awgn.draw(rngFrom(1), { batchSize: 4, numSymbols: 1 });
    const codebook = repetitionQpsk.codebook(8, 1); // 2 positions for 3 bits
    const sent = { codebook, numClasses: 8, radio: radios.awgn, draw, esNoDb: 40 };
    expect(transmitLabels({ ...sent, predictedLabels: Uint8Array.of(0, 1, 6, 7) })).toEqual(
      Uint8Array.of(0, 0, 6, 6),
    );
  });
});

describe("the label code is not worse than repetition", () => {
  const sizes: [numClasses: number, numSymbols: number, channel: Setup["channel"], esNoDb: number][] = [
    [10, 4, "awgn", -10],
    [10, 4, "awgn", 0],
    [10, 4, "rayleigh-block", 5],
    [10, 8, "awgn", -5],
    [10, 64, "rayleigh-block", -10],
    [10, 2, "awgn", 5],
    [100, 4, "awgn", 5],
  ];
  it.each(sizes)("%i classes, %i symbols, %s, %d dB", (numClasses, numSymbols, channel, esNoDb) => {
    const setup = { numClasses, numSymbols, channel, esNoDb };
    const gain = pairedDifference(deliver(labelCode, setup), deliver(repetitionQpsk, setup), FIVE_SIGMA);
    expect(gain.high).toBeGreaterThan(0);
  });
});

describe("transmitLabels", () => {
  const codebook = labelCode.codebook(10, 5);
  const radio = radios["rayleigh-block"];
  const draw = rayleighBlockFading.draw(rngFrom(1), { batchSize: 60, numSymbols: 9 });
  const labels = Uint8Array.from(rngFrom(2).integers(60, 10));
  const sent = { codebook, numClasses: 10, radio, draw, esNoDb: 0, predictedLabels: labels };

  it("delivers the device's decision when there is hardly any noise", () => {
    expect(transmitLabels({ ...sent, esNoDb: 200 })).toEqual(labels);
  });

  it("uses the first symbols of a longer draw", () => {
    const short = rayleighBlockFading.draw(rngFrom(1), { batchSize: 60, numSymbols: 5 });
    expect(transmitLabels(sent)).toEqual(transmitLabels({ ...sent, draw: short }));
  });

  it("treats every image by itself: a batch is its parts", () => {
    const send = (firstImage: number, batchSize: number): number[] => [
      ...transmitLabels({
        ...sent,
        predictedLabels: labels.slice(firstImage, firstImage + batchSize),
        draw: rayleighBlockFading.draw(rngFrom(1), { firstImage, batchSize, numSymbols: 5 }),
        esNoDb: -3,
      }),
    ];
    expect(send(0, 60)).toEqual([...send(0, 17), ...send(17, 43)]);
  });

  it("refuses labels that have no codeword, and draws that are too short", () => {
    expect(() => transmitLabels({ ...sent, predictedLabels: labels.map(() => 10) })).toThrow(
      "encodeLabels: expected predicted labels below 10, got 10",
    );
    expect(() => transmitLabels({ ...sent, codebook: labelCode.codebook(10, 10) })).toThrow(
      "expected at least 10 symbols per image, got 9",
    );
  });
});
