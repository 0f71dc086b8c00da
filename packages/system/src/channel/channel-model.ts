// SPDX-License-Identifier: Apache-2.0
import { type Rng, ShapeError, type Tensor } from "@semlink/engine";

/** The random part of a transmission by the names of its arrays, each [batch, ...], independent of what is sent. */
export type ChannelDraw = Readonly<Record<string, Float32Array>>;

/** The draw of a flat channel `y = h x + sqrt(no) noise`: h [batch, 1 or numSymbols, 2], noise [batch, numSymbols, 2]. */
export type FlatDraw = Readonly<Record<"h" | "noise", Float32Array>>;

/** Shape of each array of a draw for one image, `[batch]` left out; the first axis is time. */
export type DrawFields<Name extends string = string> = Readonly<Record<Name, readonly number[]>>;

/** Which images and how many symbols of each to draw for. */
export interface DrawOptions {
  /** Index of the first image; image `firstImage + i` gets the same draw in every batch. Default 0. */
  readonly firstImage?: number;
  readonly batchSize: number;
  readonly numSymbols: number;
}

/** What is handed to a channel, as arrays. */
export interface Transmission {
  /** [batch, numSymbols, 2] sent symbols of mean power 1 per image */
  readonly x: Float32Array;
  /** [batch] noise variance per complex symbol, linear */
  readonly no: Float32Array;
}

/** What arrives, `y = h x + noise of variance no`, with what an all-knowing receiver knows of it, as arrays. */
export interface Reception {
  /** [batch, numSymbols, 2] received symbols */
  readonly y: Float32Array;
  /** [batch, 1 or numSymbols, 2] complex gain; exactly 0 where a symbol was erased */
  readonly h: Float32Array;
  /** [batch] or [batch, numSymbols] variance of noise and interference per complex symbol, linear */
  readonly no: Float32Array;
}

/** {@link Transmission} in a graph. */
export interface TransmissionTensors {
  /** [batch, numSymbols, 2] */
  readonly x: Tensor;
  /** [batch, 1, 1]; 0 is a channel without noise */
  readonly no: Tensor;
}

/** {@link Reception} in a graph. */
export interface ReceptionTensors {
  /** [batch, numSymbols, 2] */
  readonly y: Tensor;
  /** [batch, 1 or numSymbols, 2] */
  readonly h: Tensor;
  /** [batch, 1 or numSymbols, 1] */
  readonly no: Tensor;
}

/** What hardware does to the samples on the air, as arrays, where these are not the symbols. */
export interface Hardware {
  /** @param sent - samples [batch, numSamples, 2]; @returns what is radiated, the same shape */
  transmit(sent: Transmission): Float32Array;
  /**
   * @param received - samples y, their mean gain h [batch, 1, 2], and the noise level
   * @param sent - what is radiated
   * @returns what is processed further, the shape of y
   */
  receive(received: Reception, sent: Transmission): Float32Array;
}

/** {@link Hardware} in a graph. */
export interface HardwareGraph {
  transmit(sent: TransmissionTensors): Tensor;
  receive(received: ReceptionTensors, sent: TransmissionTensors): Tensor;
}

/** Channel uses that carry nothing, beside those that do. */
export interface GuardUses {
  /** In cyclic prefixes. */
  readonly prefix: number;
  /** On subcarriers of the last OFDM symbol that are left over. */
  readonly idle: number;
}

/**
 * A radio channel: a seeded draw, and the deterministic rest twice, on arrays and as a differentiable graph.
 *
 * A draw is addressed by (rng, image, symbol): it depends neither on the batch an image is in nor on `numSymbols`, so
 * different systems and lengths can be compared under common fades and noise. `channelLaws` states what must hold. An
 * image's reception depends on its own symbols alone, except where other images' codewords interfere.
 */
export interface ChannelModel<Draw extends ChannelDraw = ChannelDraw> {
  readonly name: string;
  /** Place in `channelKinds`: what a network is told of the channel. */
  readonly kindIndex: number;
  /**
   * Whether it is `y = h x + n` with E|h|² = 1 and the noise it is given; true when absent. False for hardware, lost symbols
   * and interference, which `channelLaws` about signals do not bind.
   */
  readonly isLinear?: boolean;
  /** Shape of each array of the draw. */
  fields(numSymbols: number): DrawFields<keyof Draw & string>;
  draw(rng: Rng, options: DrawOptions): Draw;
  /** @param hardware - acts on the samples; given to channels with {@link ChannelModel.numSamples} alone */
  apply(sent: Transmission, draw: Draw, hardware?: Hardware): Reception;
  /** The same as `apply`, within float error. */
  applyGraph(
    sent: TransmissionTensors,
    draw: Readonly<Record<keyof Draw, Tensor>>,
    hardware?: HardwareGraph,
  ): ReceptionTensors;
  /** Samples on the air for so many symbols, on which hardware acts; absent where every symbol is a sample. */
  numSamples?(numSymbols: number): number;
  /** Number of the gain that a symbol meets: symbols with the same number share it. */
  gainIndex(symbol: number): number;
  /** Channel uses that so many loaded ones bring along; none when absent. */
  guardUses?(numLoaded: number): GuardUses;
  /**
   * Mean of a function of the power gain |h|², in closed form or by quadrature; absent where nothing is known. From it
   * follow ergodic capacity, outage and errors.
   *
   * @param vanishesAbove - a power gain beyond which f is zero
   */
  gainMean?(f: (gain: number) => number, vanishesAbove?: number): number;
}

/** What a network is told of a channel: whether its gain is constant or fades. Each stands under its simplest case. */
export const channelKinds = ["awgn", "rayleigh-block"] as const;

/** Whether a channel has a constant gain or a random one. */
export type Variation = "steady" | "fading";

/** Place of a channel in {@link channelKinds}. */
export function kindIndexOf(variation: Variation): number {
  return variation === "steady" ? 0 : 1;
}

/** Number of complex gains that `numSymbols` symbols meet. */
export function numGains({ gainIndex }: Pick<ChannelModel, "gainIndex">, numSymbols: number): number {
  let largest = -1;
  for (let symbol = 0; symbol < numSymbols; symbol++) largest = Math.max(largest, gainIndex(symbol));
  return largest + 1;
}

/**
 * The first `numSymbols` symbols of each image.
 *
 * @param symbols - [batch, >= numSymbols, 2]
 * @returns [batch, numSymbols, 2]; `symbols` itself when there are no more
 * @throws ShapeError "wrong-shape" when there are fewer
 */
export function symbolPrefix(symbols: Float32Array, batchSize: number, numSymbols: number): Float32Array {
  return rowPrefix(symbols, batchSize, 2 * numSymbols);
}

/**
 * The draw of the first `numSymbols` symbols of each image: what a shorter transmission meets.
 *
 * @throws ShapeError "wrong-shape" when fewer were drawn
 */
export function firstSymbols<Draw extends ChannelDraw>(
  channel: Pick<ChannelModel<Draw>, "fields">,
  draw: Draw,
  batchSize: number,
  numSymbols: number,
): Draw {
  const fields = Object.entries<readonly number[]>(channel.fields(numSymbols));
  return Object.fromEntries(
    fields.map(([name, shape]) => [name, rowPrefix(draw[name]!, batchSize, sizeOfShape(shape))]),
  ) as Draw;
}

/** Number of values in a shape. */
export function sizeOfShape(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

function rowPrefix(values: Float32Array, batchSize: number, length: number): Float32Array {
  const stride = values.length / batchSize;
  if (batchSize === 0 || stride === length) return values;
  if (!(stride > length)) {
    throw new ShapeError({
      code: "wrong-shape",
      where: "symbolPrefix",
      expected: `at least ${length / 2} symbols per image`,
      actual: `${stride / 2}`,
      hint: "draw and encode once with the longest numSymbols",
    });
  }
  const first = new Float32Array(batchSize * length);
  for (let i = 0; i < batchSize; i++) first.set(values.subarray(i * stride, i * stride + length), i * length);
  return first;
}
