// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import type { ChannelDraw, ChannelModel } from "./channel-model.ts";
import { imageNoise } from "./image-noise.ts";

/** A statement that channels must satisfy. */
export interface ChannelLaw {
  readonly title: string;
  /** Whom it binds: every channel, those that are `y = h x + n`, or those that are not, see `isLinear`. */
  readonly binds: "all" | "linear" | "other";
  /** What contradicts the law, or undefined when it holds. */
  violation(model: ChannelModel): string | undefined;
}

/** Size of the samples that statistical laws look at. */
export const SAMPLE_SIZE = { batchSize: 5_000, numSymbols: 4 } as const;

const SIGMAS = 5;

/** One batch over a channel: Gaussian symbols in, and what came out taken apart as `y = h x + sqrt(no) noise`. */
export interface LinkSample {
  /** [batch, numSymbols, 2] */
  readonly x: Float32Array;
  /** [batch, numSymbols, 2] */
  readonly y: Float32Array;
  /** [batch, numSymbols, 2] `(y - h x) / sqrt(no)`; not finite without noise */
  readonly noise: Float32Array;
  /** [batch] or [batch, numSymbols] noise variance that the receiver is told */
  readonly told: Float32Array;
  /** [batch] |h|² at the first symbol of each image */
  readonly powers: Float64Array;
  /** Gain of a symbol by its place in the batch. */
  readonly gainOf: (place: number) => readonly [re: number, im: number];
}

/** Sends a batch of Gaussian symbols over a channel; noise is taken relative to the level asked for. */
export function sampleLink(
  model: ChannelModel,
  seed: number,
  {
    no = 0.25,
    batchSize = SAMPLE_SIZE.batchSize,
    numSymbols = SAMPLE_SIZE.numSymbols,
    firstImage = 0,
  }: SampleOptions,
): LinkSample {
  const rng = rngFrom(seed).fold("channel-laws");
  const options = { firstImage, batchSize, numSymbols };
  const x = imageNoise(rng.fold("symbols sent"), options, numSymbols);
  const sent = { x, no: new Float32Array(batchSize).fill(no) };
  const { y, h, no: told } = model.apply(sent, model.draw(rng, options));
  const span = y.length / h.length;
  const gainOf = (place: number): readonly [number, number] => {
    const gain = 2 * Math.floor(place / span);
    return [h[gain]!, h[gain + 1]!];
  };
  const noise = y.map((value, i) => {
    const [re, im] = gainOf(i >> 1);
    const faded = i % 2 === 0 ? re * x[i]! - im * x[i + 1]! : re * x[i]! + im * x[i - 1]!;
    return (value - faded) / Math.sqrt(no);
  });
  const powers = Float64Array.from({ length: batchSize }, (_, image) => {
    const [re, im] = gainOf(image * numSymbols);
    return re ** 2 + im ** 2;
  });
  return { x, y, noise, told, powers, gainOf };
}

interface SampleOptions {
  readonly no?: number;
  readonly batchSize?: number;
  readonly numSymbols?: number;
  readonly firstImage?: number;
}

/** Mean of independent values, and the standard deviation of that mean. */
export function meanOf(values: Float64Array): { mean: number; deviation: number } {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / values.length - mean * mean) / values.length) };
}

/** The values of a function at 0 .. count - 1. */
export function repeated(count: number, value: (index: number) => number): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => value(index));
}

/** What is wrong with an estimate that is more than 5 sigma away from what it estimates. */
export function outside(name: string, value: number, expected: number, sigma: number): string | undefined {
  // Written so that NaN is outside.
  if (Math.abs(value - expected) <= SIGMAS * sigma) return undefined;
  return `${name} is ${value}, expected ${expected} within ${SIGMAS * sigma}`;
}

/** The first violation that a check finds. */
export function firstOf<T>(items: readonly T[], check: (item: T) => string | undefined): string | undefined {
  return items.map(check).find((violation) => violation !== undefined);
}

/** Whether two draws have the same arrays, bit by bit. */
export function isSame(a: ChannelDraw, b: ChannelDraw): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => {
      const [left, right] = [a[name]!, b[name]];
      return left.length === right?.length && left.every((value, i) => value === right[i]);
    })
  );
}
