// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Runtime, Tensor } from "@semlink/engine";
import { Evaluator, input, rngFrom } from "@semlink/engine";
import {
  type ChannelDraw,
  type ChannelModel,
  type DrawOptions,
  firstSymbols,
  type Transmission,
} from "./channel-model.ts";
import { noFromEsNoDb } from "./decibel.ts";
import { imageNoise } from "./image-noise.ts";
import { hasFieldsOf } from "./impairment.ts";
import { firstOf, isSame, meanOf, outside, repeated, sampleLink, SAMPLE_SIZE } from "./law-sample.ts";
import type { Radio } from "./radio.ts";

/** A statement that channels must satisfy. */
export interface ChannelLaw {
  readonly title: string;
  /** Whom it binds: every channel, or those that are `y = h x + n`, see `isLinear`. */
  readonly binds: "all" | "linear";
  /** What contradicts the law, or undefined when it holds. */
  violation(model: ChannelModel): string | undefined;
}

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
      const { x, y, gainOf } = sampleLink(model, 12, { no: 0, batchSize: 50 });
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
  return channelLaws.filter(({ binds }) => isLinear || binds === "all");
}

function draw(model: ChannelModel, seed: number, options: DrawOptions): ChannelDraw {
  return model.draw(rngFrom(seed).fold("channel-laws"), options);
}

/** Largest difference, relative to the largest value of an image, that counts as float error. */
const FLOAT_ERROR = 2e-4;
const SIZE = { batchSize: 12, numSymbols: 21 } as const;
/** [dB]; one for each image in turn. */
const LEVELS = [-10, 0, 10, 30] as const;

/**
 * What contradicts the law that a radio's graph computes what its arrays compute, for estimates and ratios, or undefined.
 *
 * @returns the first output and image that differ by more than float error
 */
export async function graphViolation(radio: Radio, runtime: Runtime): Promise<string | undefined> {
  const { batchSize, numSymbols } = SIZE;
  const rng = rngFrom(1).fold("graph-law");
  const x = imageNoise(rng.fold("symbols sent"), SIZE, numSymbols);
  const no = Float32Array.from({ length: batchSize }, (_, i) => noFromEsNoDb(LEVELS[i % LEVELS.length]!));
  const draw = radio.draw(rng, SIZE);
  const { xHat, equalizedEsNoDb } = radio.transmit({ x, no } satisfies Transmission, draw);

  const fields = Object.entries(radio.fields(numSymbols));
  const drawn = fields.map(([name, shape]) => [name, input(name, ["batch", ...shape])] as const);
  const sent = { x: input("x", ["batch", numSymbols, 2]), no: input("no", ["batch", 1, 1]) };
  const outputs = radio.transmitGraph(sent, Object.fromEntries(drawn));
  const evaluator = await Evaluator.create({ ...outputs }, { runtime, weights: new Map() });
  const values: Readonly<Record<string, Float32Array>> = { ...draw, x, no };
  const feeds = Object.entries({ ...Object.fromEntries(drawn), ...sent })
    .filter(([name]) => Object.hasOwn(evaluator.model.inputs, name))
    .map(([name, tensor]) => [name, hostTensor(tensor, values[name]!)]);
  const results = await evaluator.run(Object.fromEntries(feeds) as Record<string, HostTensor>);
  await evaluator.release();
  return (
    difference("xHat", xHat, results["xHat"]!.data as Float32Array) ??
    difference("equalizedEsNoDb", equalizedEsNoDb, results["equalizedEsNoDb"]!.data as Float32Array)
  );
}

function hostTensor({ shape }: Tensor, data: Float32Array): HostTensor {
  return {
    dtype: "float32",
    shape: shape.map((dim) => (dim === "batch" ? SIZE.batchSize : Number(dim))),
    data,
  };
}

function difference(name: string, arrays: Float32Array, graph: Float32Array): string | undefined {
  const stride = arrays.length / SIZE.batchSize;
  const wrong = arrays.findIndex((value, i) => {
    const image = Math.floor(i / stride);
    const largest = arrays
      .subarray(image * stride, (image + 1) * stride)
      .reduce((a, b) => Math.max(a, Math.abs(b)), 1);
    // A ratio of minus infinity, a complete fade, is clamped in the graph.
    if (value === -Infinity) return !(graph[i]! < -40);
    return !(Math.abs(value - graph[i]!) <= FLOAT_ERROR * largest);
  });
  if (wrong < 0) return undefined;
  const image = Math.floor(wrong / stride);
  return `${name} of image ${image} is ${arrays[wrong]!} on arrays and ${graph[wrong]!} in the graph`;
}
