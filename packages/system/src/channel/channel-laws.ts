// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import type { ChannelDraw, ChannelModel, DrawOptions } from "./channel-model.ts";

/** A statement that every channel must satisfy. */
export interface ChannelLaw {
  readonly title: string;
  /** What contradicts the law, or undefined when it holds. */
  violation(model: ChannelModel): string | undefined;
}

const SIGMAS = 5;
const SAMPLE: DrawOptions = { batchSize: 20_000, numSymbols: 4 };

/**
 * The laws of a channel draw. Statistical bounds are 5 standard deviations of the estimator, so a sound channel
 * fails one of them for about one seed in a million.
 */
export const channelLaws: readonly ChannelLaw[] = [
  {
    title: "draws h as [batch, 1, 2] and noise as [batch, numSymbols, 2]",
    violation(model) {
      const { h, noise } = draw(model, 1, { batchSize: 3, numSymbols: 5 });
      return h.length === 6 && noise.length === 30 ? undefined : `${h.length} and ${noise.length} values`;
    },
  },
  {
    title: "has unit mean power gain, E|h|^2 = 1",
    violation(model) {
      const { h } = draw(model, 2, SAMPLE);
      const power = mean(h.length / 2, (i) => h[2 * i]! ** 2 + h[2 * i + 1]! ** 2);
      // |h|^2 has variance 1 for Rayleigh, less with a line of sight, 0 in AWGN.
      return outside("E|h|^2", power, 1, 1 / Math.sqrt(SAMPLE.batchSize));
    },
  },
  {
    title: "has noise of mean 0 and variance 1/2 on each axis",
    violation(model) {
      const { noise } = draw(model, 3, SAMPLE);
      const count = noise.length / 2;
      const sigma = Math.sqrt(0.5 / count); // both of n and, as Var n^2 = 2 Var(n)^2 = 1/2, of n^2
      return firstOf([0, 1], (axis) => {
        const value = (i: number): number => noise[2 * i + axis]!;
        const first = outside(`mean noise on axis ${axis}`, mean(count, value), 0, sigma);
        const power = mean(count, (i) => value(i) ** 2);
        return first ?? outside(`noise variance on axis ${axis}`, power, 1 / 2, sigma);
      });
    },
  },
  {
    title: "has uncorrelated real and imaginary noise",
    violation(model) {
      const { noise } = draw(model, 4, SAMPLE);
      const count = noise.length / 2;
      const product = mean(count, (i) => noise[2 * i]! * noise[2 * i + 1]!);
      return outside("E[re im]", product, 0, 0.5 / Math.sqrt(count));
    },
  },
  {
    title: "has noise uncorrelated between symbols, between images and with the gain",
    violation(model) {
      const { h, noise } = draw(model, 5, SAMPLE);
      const stride = 2 * SAMPLE.numSymbols;
      const count = SAMPLE.batchSize - 1;
      const partners: [string, Float32Array, number][] = [
        ["the next symbol", noise.subarray(2), stride],
        ["the next image", noise.subarray(stride), stride],
        ["the gain", h, 2],
      ];
      return firstOf(partners, ([name, other, otherStride]) =>
        firstOf([0, 1], (axis) => {
          const product = mean(count, (i) => {
            const [re, im] = [noise[i * stride]!, noise[i * stride + 1]!];
            const [otherRe, otherIm] = [other[i * otherStride]!, other[i * otherStride + 1]!];
            return axis === 0 ? re * otherRe + im * otherIm : im * otherRe - re * otherIm;
          });
          return outside(`correlation of noise with ${name}`, product, 0, Math.sqrt(0.5 / count));
        }),
      );
    },
  },
  {
    title: "gives every image its own fade",
    violation(model) {
      const { h } = draw(model, 6, SAMPLE);
      if (equal(h, draw(model, 7, SAMPLE).h)) return undefined; // a constant gain: no fading
      const repeats = Array.from({ length: SAMPLE.batchSize - 1 }, (_, i) => 2 * i).filter(
        (i) => h[i] === h[i + 2] && h[i + 1] === h[i + 3],
      ).length;
      return repeats === 0 ? undefined : `${repeats} images have the gain of their neighbour`;
    },
  },
  {
    title: "is a function of its seed, and differs between seeds",
    violation(model) {
      const size = { batchSize: 50, numSymbols: 3 };
      const first = draw(model, 8, size);
      const again = draw(model, 8, size);
      if (!equal(first.h, again.h) || !equal(first.noise, again.noise)) return "one seed gives two draws";
      return equal(first.noise, draw(model, 9, size).noise) ? "two seeds give one draw" : undefined;
    },
  },
  {
    title: "gives an image the same draw in every batch",
    violation(model) {
      const all = draw(model, 10, { batchSize: 20, numSymbols: 3 });
      const some = draw(model, 10, { firstImage: 7, batchSize: 5, numSymbols: 3 });
      const same = equal(some.h, all.h.slice(14, 24)) && equal(some.noise, all.noise.slice(42, 72));
      return same ? undefined : "images 7..11 differ between batches 0..19 and 7..11";
    },
  },
  {
    title: "gives the first symbols of a longer draw",
    violation(model) {
      const long = draw(model, 11, { batchSize: 4, numSymbols: 9 });
      const short = draw(model, 11, { batchSize: 4, numSymbols: 5 });
      const prefix = long.noise.filter((_, i) => i % 18 < 10);
      return equal(short.h, long.h) && equal(short.noise, prefix)
        ? undefined
        : "5 symbols are not the first of 9";
    },
  },
];

function draw(model: ChannelModel, seed: number, options: DrawOptions): ChannelDraw {
  return model.draw(rngFrom(seed).fold("channel-laws"), options);
}

function mean(count: number, value: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += value(i);
  return sum / count;
}

function outside(name: string, value: number, expected: number, sigma: number): string | undefined {
  // Written so that NaN is outside.
  if (Math.abs(value - expected) <= SIGMAS * sigma) return undefined;
  return `${name} is ${value}, expected ${expected} within ${SIGMAS * sigma}`;
}

function firstOf<T>(items: readonly T[], check: (item: T) => string | undefined): string | undefined {
  return items.map(check).find((violation) => violation !== undefined);
}

function equal(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
