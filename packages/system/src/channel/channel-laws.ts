// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { type ChannelDraw, type ChannelModel, type DrawOptions, firstSymbols } from "./channel-model.ts";
import { noFromEsNoDb } from "./decibel.ts";
import { hasFieldsOf } from "./impairment.ts";
import {
  type ChannelLaw,
  firstOf,
  isSame,
  meanOf,
  outside,
  repeated,
  sampleLink,
  SAMPLE_SIZE,
} from "./law-sample.ts";

/** Symbols of an image where a law looks at late ones. */
const LONG = 24;
/** Of float32 values. */
const ROUNDING = 1e-4;
/** Hardware may be off by a decibel; nothing radiates more than it is given. */
const LOUDEST = 10 ** 0.1;

/**
 * The laws of a channel. Statistical bounds are 5 standard deviations of the estimator, so a sound channel fails one of
 * them for about one seed in a million.
 */
export const channelLaws: readonly ChannelLaw[] = [
  {
    title: "draws each array in the shape that it declares",
    binds: "all",
    violation(model) {
      const drawn = draw(model, 1, { batchSize: 3, numSymbols: 5 });
      if (hasFieldsOf(model, drawn, 3, 5)) return undefined;
      return Object.entries(drawn)
        .map(([name, values]) => `${name} has ${values.length} values`)
        .join(", ");
    },
  },
  {
    title: "is y = h x where there is no noise",
    binds: "linear",
    violation(model) {
      const { x, y, gainOf } = sampleLink(model, 12, { no: 0, batchSize: 50, numSymbols: LONG });
      const error = Math.max(
        ...Array.from({ length: x.length / 2 }, (_, symbol) => {
          const [[re, im], i] = [gainOf(symbol), 2 * symbol];
          const [hxRe, hxIm] = [re * x[i]! - im * x[i + 1]!, re * x[i + 1]! + im * x[i]!];
          return Math.hypot(y[i]! - hxRe, y[i + 1]! - hxIm);
        }),
      );
      return error < 1e-4 ? undefined : `y differs from h x by up to ${error}`;
    },
  },
  {
    title: "has unit mean power gain, E|h|^2 = 1",
    binds: "linear",
    violation(model) {
      const { powers } = sampleLink(model, 2, {});
      const { mean, deviation } = meanOf(powers);
      return outside("E|h|^2", mean, 1, Math.max(deviation, 1e-7));
    },
  },
  {
    title: "has noise of mean 0 and variance 1/2 on each axis",
    binds: "linear",
    violation(model) {
      const { noise } = sampleLink(model, 3, {});
      const count = noise.length / 2;
      const sigma = Math.sqrt(0.5 / count); // both of n and, as Var n^2 = 2 Var(n)^2 = 1/2, of n^2
      return firstOf([0, 1], (axis) => {
        const axisNoise = repeated(count, (i) => noise[2 * i + axis]!);
        const first = outside(`mean noise on axis ${axis}`, meanOf(axisNoise).mean, 0, sigma);
        const power = meanOf(axisNoise.map((value) => value ** 2)).mean;
        return first ?? outside(`noise variance on axis ${axis}`, power, 1 / 2, sigma);
      });
    },
  },
  {
    title: "has noise of one power at every symbol, early and late, at low and high Es/N0",
    binds: "linear",
    violation(model) {
      return firstOf([0, 30], (esNoDb) => {
        const no = noFromEsNoDb(esNoDb);
        const { noise } = sampleLink(model, 15, { no, batchSize: 1000, numSymbols: LONG });
        return firstOf(
          Array.from({ length: LONG }, (_, symbol) => symbol),
          (symbol) => {
            const powers = repeated(1000, (image) => {
              const i = 2 * (image * LONG + symbol);
              return noise[i]! ** 2 + noise[i + 1]! ** 2;
            });
            const place = `noise power over no at symbol ${symbol} and ${esNoDb} dB`;
            return outside(place, meanOf(powers).mean, 1, Math.sqrt(1 / 1000) + ROUNDING);
          },
        );
      });
    },
  },
  {
    title: "tells the receiver the noise level that is there",
    binds: "linear",
    violation(model) {
      const no = noFromEsNoDb(5);
      const { noise, told } = sampleLink(model, 16, { no });
      const span = noise.length / 2 / told.length;
      const ratios = repeated(noise.length / 2, (i) => {
        return (no * (noise[2 * i]! ** 2 + noise[2 * i + 1]! ** 2)) / told[Math.floor(i / span)]!;
      });
      const { mean, deviation } = meanOf(ratios);
      return outside("noise power over the level told", mean, 1, deviation);
    },
  },
  {
    title: "receives at most 1 dB more than it is sent",
    binds: "other",
    violation(model) {
      const { y, told } = sampleLink(model, 17, { no: noFromEsNoDb(20) });
      const { mean, deviation } = meanOf(repeated(y.length / 2, (i) => y[2 * i]! ** 2 + y[2 * i + 1]! ** 2));
      const level = meanOf(Float64Array.from(told)).mean;
      if (mean - level <= LOUDEST + 5 * deviation) return undefined;
      return `E|y|^2 - no is ${mean - level}, expected at most ${LOUDEST} for symbols of power 1`;
    },
  },
  {
    title: "gives finite values at every Es/N0 from -60 to 60 dB",
    binds: "all",
    violation(model) {
      return firstOf([-60, -30, 0, 20, 36, 48, 60], (esNoDb) => {
        const { y, told, powers } = sampleLink(model, 18, {
          no: noFromEsNoDb(esNoDb),
          batchSize: 20,
          numSymbols: LONG,
        });
        const arrays = { y, no: told, h: powers };
        const [name] = Object.entries(arrays).find(([, values]) => !values.every(Number.isFinite)) ?? [];
        return name === undefined ? undefined : `${name} is not finite at ${esNoDb} dB`;
      });
    },
  },
  {
    title: "has uncorrelated real and imaginary noise",
    binds: "linear",
    violation(model) {
      const { noise } = sampleLink(model, 4, {});
      const count = noise.length / 2;
      const product = meanOf(repeated(count, (i) => noise[2 * i]! * noise[2 * i + 1]!)).mean;
      return outside("E[re im]", product, 0, 0.5 / Math.sqrt(count));
    },
  },
  {
    title: "has noise uncorrelated between symbols, between images and with the gain",
    binds: "linear",
    violation(model) {
      const { noise, gainOf } = sampleLink(model, 5, {});
      const { batchSize, numSymbols } = SAMPLE_SIZE;
      const at = (place: number): readonly [number, number] => [noise[2 * place]!, noise[2 * place + 1]!];
      const partners: [string, (image: number) => readonly [number, number]][] = [
        ["the next symbol", (image) => at(image * numSymbols + 1)],
        ["the next image", (image) => at((image + 1) * numSymbols)],
        ["the gain", (image) => gainOf(image * numSymbols)],
      ];
      return firstOf(partners, ([name, partnerOf]) =>
        firstOf([0, 1], (axis) => {
          const products = repeated(batchSize - 1, (image) => {
            const [re, im] = at(image * numSymbols);
            const [otherRe, otherIm] = partnerOf(image);
            return axis === 0 ? re * otherRe + im * otherIm : im * otherRe - re * otherIm;
          });
          const sigma = Math.sqrt(0.5 / (batchSize - 1));
          return outside(`correlation of noise with ${name}`, meanOf(products).mean, 0, sigma);
        }),
      );
    },
  },
  {
    title: "has noise of one power in deep and in shallow fades",
    binds: "linear",
    violation(model) {
      const { noise, powers } = sampleLink(model, 13, {});
      const { numSymbols } = SAMPLE_SIZE;
      const products = powers.map((power, image) => {
        const i = 2 * image * numSymbols;
        return (power - 1) * (noise[i]! ** 2 + noise[i + 1]! ** 2 - 1);
      });
      const { mean, deviation } = meanOf(products);
      return outside("correlation of noise power and gain", mean, 0, Math.max(deviation, 1e-7));
    },
  },
  {
    title: "gives every image its own fade",
    binds: "linear",
    violation(model) {
      const { powers, gainOf } = sampleLink(model, 6, {});
      const { numSymbols } = SAMPLE_SIZE;
      if (model.kindIndex === 0) return undefined;
      const repeats = powers.filter((_, image) => {
        const [[re, im], [nextRe, nextIm]] = [gainOf(image * numSymbols), gainOf((image + 1) * numSymbols)];
        return image + 1 < powers.length && re === nextRe && im === nextIm;
      }).length;
      return repeats === 0 ? undefined : `${repeats} images have the gain of their neighbour`;
    },
  },
  {
    title: "is a function of its seed, and differs between seeds",
    binds: "all",
    violation(model) {
      const size = { batchSize: 50, numSymbols: 3 };
      const first = draw(model, 8, size);
      if (!isSame(first, draw(model, 8, size))) return "one seed gives two draws";
      const isRandom = Object.keys(first).length > 0;
      return isRandom && isSame(first, draw(model, 9, size)) ? "two seeds give one draw" : undefined;
    },
  },
  {
    title: "gives an image the same draw in every batch",
    binds: "all",
    violation(model) {
      const all = draw(model, 10, { batchSize: 20, numSymbols: 3 });
      const some = draw(model, 10, { firstImage: 7, batchSize: 5, numSymbols: 3 });
      const part = Object.entries(all).map(([name, values]) => {
        const stride = values.length / 20;
        return [name, values.slice(7 * stride, 12 * stride)] as const;
      });
      const same = isSame(some, Object.fromEntries(part));
      return same ? undefined : "images 7..11 differ between batches 0..19 and 7..11";
    },
  },
  {
    title: "gives the first symbols of a longer draw",
    binds: "all",
    violation(model) {
      const long = draw(model, 11, { batchSize: 4, numSymbols: 9 });
      const short = draw(model, 11, { batchSize: 4, numSymbols: 5 });
      return isSame(short, firstSymbols(model, long, 4, 5)) ? undefined : "5 symbols are not the first of 9";
    },
  },
  {
    title: "treats every image alone: [a, b] together is a and b apart",
    binds: "all",
    violation(model) {
      const together = sampleLink(model, 14, { batchSize: 6, no: 0.1 });
      const apart = [0, 3].map((firstImage) => sampleLink(model, 14, { batchSize: 3, no: 0.1, firstImage }));
      const same = isSame({ y: together.y }, { y: Float32Array.from(apart.flatMap(({ y }) => [...y])) });
      return same ? undefined : "what images receive depends on the batch";
    },
  },
];

/** The laws that bind a channel. */
export function lawsOf({ isLinear = true }: ChannelModel): readonly ChannelLaw[] {
  return channelLaws.filter(({ binds }) => binds === "all" || (binds === "linear") === isLinear);
}

function draw(model: ChannelModel, seed: number, options: DrawOptions): ChannelDraw {
  return model.draw(rngFrom(seed).fold("channel-laws"), options);
}
