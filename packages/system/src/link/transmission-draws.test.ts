// SPDX-License-Identifier: Apache-2.0
import { rngFrom, type Tensor } from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import { describe, expect, it } from "vitest";
import { channelKinds } from "../channel/channel-model.ts";
import { rayleighBlockFading } from "../channel/fading.ts";
import { awgn } from "../channel/flat-channel.ts";
import { openRadio } from "../channel/channel-spec.ts";
import { noFromEsNoDb } from "../channel/decibel.ts";
import { radioOf } from "../channel/radio.ts";
import { drawTransmissions, transmissionInputs, type TransmissionOptions } from "./transmission-draws.ts";

const OPTIONS: TransmissionOptions = {
  radios: [radioOf(awgn), radioOf(rayleighBlockFading)],
  numKinds: channelKinds.length,
  lengths: [2, 3, 6],
  esNoDb: { min: -10, max: 20, lowEmphasis: 1 },
  cleanFraction: 0.2,
  sandwichFraction: 1 / 3,
};
const MAX_SYMBOLS = 6;
const BATCH = 6000;
const many = draw(1, BATCH);

interface Drawn {
  readonly h: Float32Array;
  readonly noise: Float32Array;
  readonly no: Float32Array;
  readonly esNoDb: Float32Array;
  readonly kind: Float32Array;
  readonly mask: Float32Array;
}

function draw(seed: number, batchSize: number, options: Partial<TransmissionOptions> = {}): Drawn {
  const tensors = drawTransmissions(rngFrom(seed), batchSize, { ...OPTIONS, ...options });
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data }]) => [name, data]),
  ) as unknown as Drawn;
}

const images = Array.from({ length: BATCH }, (_, image) => image);
const lengthOf = (image: number): number =>
  many.mask.subarray(image * MAX_SYMBOLS, (image + 1) * MAX_SYMBOLS).reduce((sum, value) => sum + value, 0);
const isRayleigh = (image: number): boolean => many.kind[2 * image + 1] === 1;
const isClean = (image: number): boolean => many.no[image] === 0;

/** 5 standard deviations of a share of `n` draws with probability `p`. */
const bound = (p: number, n: number = BATCH): number => 5 * Math.sqrt((p * (1 - p)) / n);

describe("drawTransmissions", () => {
  it("fills the inputs that transmissionInputs declares", () => {
    const inputs = transmissionInputs(MAX_SYMBOLS, OPTIONS.numKinds, OPTIONS.radios);
    const tensors = drawTransmissions(rngFrom(2), 7, OPTIONS);
    expect(Object.keys(tensors).sort()).toEqual(Object.keys(inputs).sort());
    for (const [name, { shape, dtype }] of Object.entries<Tensor>({ ...inputs })) {
      const filled = tensors[name]!;
      expect([filled.dtype, filled.shape]).toEqual([dtype, shape.map((dim) => (dim === "batch" ? 7 : dim))]);
      expect(filled.data.length).toBe(filled.shape.reduce((product, dim) => product * dim, 1));
    }
  });

  it("is a function of its address", () => {
    expect(draw(3, 50)).toEqual(draw(3, 50));
    const [first, other] = [draw(3, 50), draw(4, 50)];
    for (const name of ["h", "noise", "no", "esNoDb", "kind", "mask"] as const) {
      expect(other[name]).not.toEqual(first[name]);
    }
  });

  it("sends one image of six at the longest, one at the shortest length, four at any", () => {
    expect(images.filter((image) => image % 6 === 0).every((image) => lengthOf(image) === 6)).toBe(true);
    expect(images.filter((image) => image % 6 === 1).every((image) => lengthOf(image) === 2)).toBe(true);
    const rest = images.filter((image) => image % 6 > 1);
    for (const length of OPTIONS.lengths) {
      const share = rest.filter((image) => lengthOf(image) === length).length / rest.length;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(bound(1 / 3, rest.length));
    }
  });

  it("sends two of three images at the ends with twice the share, and none on purpose without", () => {
    const lengths = (sandwichFraction: number): number[] => {
      const { mask } = draw(3, BATCH, { sandwichFraction });
      return images.map((image) =>
        mask.subarray(image * MAX_SYMBOLS, (image + 1) * MAX_SYMBOLS).reduce((a, b) => a + b, 0),
      );
    };
    const twice = lengths(2 / 3);
    expect(images.filter((image) => image % 3 === 0).every((image) => twice[image] === 6)).toBe(true);
    expect(images.filter((image) => image % 3 === 1).every((image) => twice[image] === 2)).toBe(true);
    const even = lengths(0);
    for (const length of OPTIONS.lengths) {
      const share = even.filter((drawn) => drawn === length).length / BATCH;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(bound(1 / 3));
    }
  });

  it("masks what is behind the end of each transmission", () => {
    const expected = many.mask.map((_, i) =>
      i % MAX_SYMBOLS < lengthOf(Math.floor(i / MAX_SYMBOLS)) ? 1 : 0,
    );
    expect(many.mask).toEqual(expected);
  });

  it("leaves a fifth without noise, told the highest Es/N0", () => {
    const clean = images.filter(isClean);
    expect(Math.abs(clean.length / BATCH - 0.2)).toBeLessThan(bound(0.2));
    expect(clean.every((image) => many.esNoDb[image] === 20)).toBe(true);
    expect(draw(5, 100, { cleanFraction: 0 }).no.every((no) => no > 0)).toBe(true);
  });

  it("draws Es/N0 with lowEmphasis 2 below the first quarter of the range for half of the images", () => {
    const emphasised = draw(6, BATCH, { esNoDb: { min: -10, max: 20, lowEmphasis: 2 }, cleanFraction: 0 });
    const share = images.filter((image) => emphasised.esNoDb[image]! < -2.5).length / BATCH;
    expect(Math.abs(share - 1 / 2)).toBeLessThan(bound(1 / 2));
    expect(emphasised.esNoDb.every((level) => level >= -10 && level <= 20)).toBe(true);
  });

  it("draws Es/N0 with lowEmphasis 1 evenly in dB over the range, and the noise level is that of the Es/N0 told", () => {
    const levels = images.filter((image) => !isClean(image)).map((image) => many.esNoDb[image]!);
    expect(levels.every((level) => level >= -10 && level <= 20)).toBe(true);
    for (const quarter of [0, 1, 2, 3]) {
      const low = -10 + 7.5 * quarter;
      const share = levels.filter((level) => level >= low && level < low + 7.5).length / levels.length;
      expect(Math.abs(share - 1 / 4)).toBeLessThan(bound(1 / 4, levels.length));
    }
    const expected = many.esNoDb.map((level, image) => (isClean(image) ? 0 : noFromEsNoDb(level)));
    expectClose(many.no, expected, { relative: 1e-6, absolute: 0 });
  });

  it("meets the channels evenly; the kind is one-hot and the gain that of the kind", () => {
    const faded = images.filter(isRayleigh);
    expect(Math.abs(faded.length / BATCH - 1 / 2)).toBeLessThan(bound(1 / 2));
    expect(images.every((image) => many.kind[2 * image]! + many.kind[2 * image + 1]! === 1)).toBe(true);
    const isUnit = images.map((image) => many.h[2 * image] === 1 && many.h[2 * image + 1] === 0);
    expect(isUnit).toEqual(images.map((image) => !isRayleigh(image)));
  });

  it("draws channel, length, level and cleanness independently", () => {
    const isAboveMiddle = (image: number): boolean => many.esNoDb[image]! > 5;
    const rest = images.filter((image) => image % 6 > 1 && !isClean(image));
    for (const trait of [isRayleigh, isAboveMiddle]) {
      const long = rest.filter((image) => lengthOf(image) === 6);
      const share = long.filter(trait).length / long.length;
      expect(Math.abs(share - 1 / 2)).toBeLessThan(bound(1 / 2, long.length));
    }
    const clean = images.filter(isClean);
    expect(Math.abs(clean.filter(isRayleigh).length / clean.length - 1 / 2)).toBeLessThan(
      bound(1 / 2, clean.length),
    );
  });

  it("names a lone channel by its own kind", () => {
    const { kind } = draw(6, 3, { radios: [radioOf(rayleighBlockFading)] });
    expect([...kind]).toEqual([0, 1, 0, 1, 0, 1]);
  });

  it("draws for radios of different arithmetic, and tells each the Es/N0 that its receiver believes", () => {
    const wrong = openRadio({ model: "ofdm", fftSize: 4, receiver: { esNoOffsetDb: 7 } });
    const options = { ...OPTIONS, radios: [radioOf(awgn), wrong], cleanFraction: 0 };
    const tensors = drawTransmissions(rngFrom(7), 40, options);
    const inputs = transmissionInputs(MAX_SYMBOLS, OPTIONS.numKinds, options.radios);
    expect(Object.keys(tensors).sort()).toEqual(Object.keys(inputs).sort());
    const group = tensors["radioGroup"]!.data;
    for (let image = 0; image < 40; image++) {
      const isOfdm = group[2 * image + 1] === 1;
      expect(tensors["kind"]!.data[2 * image + 1]).toBe(isOfdm ? 1 : 0);
      const met = -10 * Math.log10(Number(tensors["no"]!.data[image]));
      expect(Number(tensors["esNoDb"]!.data[image]) - met).toBeCloseTo(isOfdm ? 7 : 0, 3);
    }
  });
});
