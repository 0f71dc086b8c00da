// SPDX-License-Identifier: Apache-2.0
import { type Rng, ShapeError } from "@semlink/engine";

/** The radio channels of the project; *block* means one gain per image. */
export type ChannelName = "awgn" | "rayleigh-block";

/** The random part of `y = h x + sqrt(no) noise`, independent of what is sent and of Es/N0. */
export interface ChannelDraw {
  /** [batch, 1, 2] complex gain of each image, E|h|^2 = 1 */
  readonly h: Float32Array;
  /** [batch, numSymbols, 2] samples of CN(0, 1): variance 1/2 per axis */
  readonly noise: Float32Array;
}

/** Which images and how many symbols of each to draw for. */
export interface DrawOptions {
  /** Index of the first image; image `firstImage + i` gets the same draw in every batch. Default 0. */
  readonly firstImage?: number;
  readonly batchSize: number;
  readonly numSymbols: number;
}

/**
 * A kind of radio channel: a seeded draw, to which `applyFlatFading` is the deterministic other half.
 *
 * A draw is addressed by (rng, image, symbol): it depends neither on the batch an image is in nor on
 * `numSymbols`, so different systems and lengths can be compared under common fades and noise.
 */
export interface ChannelModel {
  readonly name: ChannelName;
  /** Position in the list of channels: how a network is told which kind it is used on. */
  readonly kindIndex: number;
  draw(rng: Rng, options: DrawOptions): ChannelDraw;
}

/**
 * The first `numSymbols` symbols of each image.
 *
 * @param symbols - [batch, >= numSymbols, 2]
 * @returns [batch, numSymbols, 2]; `symbols` itself when there are no more
 * @throws ShapeError "wrong-shape" when there are fewer
 */
export function symbolPrefix(symbols: Float32Array, batchSize: number, numSymbols: number): Float32Array {
  const stride = symbols.length / batchSize;
  const length = 2 * numSymbols;
  if (batchSize === 0 || stride === length) return symbols;
  if (!(stride > length)) {
    throw new ShapeError({
      code: "wrong-shape",
      where: "symbolPrefix",
      expected: `at least ${numSymbols} symbols per image`,
      actual: `${stride / 2}`,
      hint: "draw and encode once with the longest numSymbols",
    });
  }
  const first = new Float32Array(batchSize * length);
  for (let i = 0; i < batchSize; i++)
    first.set(symbols.subarray(i * stride, i * stride + length), i * length);
  return first;
}

/** The draw of the first `numSymbols` symbols of each image: what a shorter transmission meets. */
export function firstSymbols({ h, noise }: ChannelDraw, numSymbols: number): ChannelDraw {
  return { h, noise: symbolPrefix(noise, h.length / 2, numSymbols) };
}
