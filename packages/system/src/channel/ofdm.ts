// SPDX-License-Identifier: Apache-2.0
import {
  type ChannelDraw,
  type ChannelModel,
  type GuardUses,
  kindIndexOf,
  type Reception,
  type Transmission,
} from "./channel-model.ts";
import { fourierMatrix, timesMatrix } from "./fourier.ts";
import { imageNoise, repeatBy } from "./image-noise.ts";
import { ofdmGraph } from "./ofdm-graph.ts";
import { rayleighMean } from "./quadrature.ts";
import { convolve, drawTaps, exponentialProfile } from "./tapped-delay-line.ts";

/** Numerology and multipath of an OFDM link. */
export interface OfdmOptions {
  /** Subcarriers, all of them used. */
  readonly fftSize: number;
  /** Cyclic prefix [samples]. */
  readonly cpLength: number;
  readonly numTaps: number;
  /** Of the exponential profile [samples]. */
  readonly delaySpread: number;
}

/** {@link OfdmOptions} with the transforms they need. */
export interface OfdmSystem extends OfdmOptions {
  /** [2 fftSize, 2 fftSize] */
  readonly toTime: Float64Array;
  /** [2 fftSize, 2 fftSize] */
  readonly toFrequency: Float64Array;
  /** [2 numTaps, 2 fftSize] from taps to the gain of each subcarrier */
  readonly tapsToGains: Float64Array;
}

/** Samples on the air for a number of symbols, cyclic prefixes and unused subcarriers of the last OFDM symbol included. */
export function ofdmSamples(options: OfdmOptions, numSymbols: number): number {
  const { prefix, idle } = ofdmGuardUses(options, numSymbols);
  return numSymbols + prefix + idle;
}

/** Cyclic prefixes and unused subcarriers of `ceil(numSymbols / fftSize)` OFDM symbols. */
function ofdmGuardUses({ fftSize, cpLength }: OfdmOptions, numSymbols: number): GuardUses {
  const numBlocks = Math.ceil(numSymbols / fftSize);
  return { prefix: numBlocks * cpLength, idle: numBlocks * fftSize - numSymbols };
}

/**
 * OFDM over a tapped delay line: symbol i goes on subcarrier `i mod fftSize` of OFDM symbol `floor(i / fftSize)`; inverse
 * transform, cyclic prefix, convolution, noise, prefix removed, transform. With a prefix of at least `numTaps - 1` samples
 * this equals flat fading on each subcarrier, `y_i = H_f x_i + n_i` with `H_f = sum_l h_l e^(-j 2 pi f l / fftSize)`; a
 * shorter one leaves interference between subcarriers and OFDM symbols, of which the receiver does not know.
 *
 * Es/N0 is per subcarrier behind the prefix's removal: its energy is overhead `cpLength / fftSize`, not counted in it. The
 * taps last for the whole image.
 *
 * @source Tse & Viswanath 2005, section 3.4.4
 */
export function ofdmChannel(options: OfdmOptions): ChannelModel {
  const { fftSize, cpLength, numTaps, delaySpread } = options;
  const profile = exponentialProfile(numTaps, delaySpread);
  const system: OfdmSystem = {
    ...options,
    toTime: fourierMatrix(fftSize, "inverse"),
    toFrequency: fourierMatrix(fftSize, "forward"),
    tapsToGains: fourierMatrix(fftSize, "forward", { numRows: numTaps, scale: 1 }),
  };
  return {
    name: "ofdm",
    kindIndex: kindIndexOf("fading"),
    isLinear: cpLength >= numTaps - 1,
    fields: (numSymbols) => ({ taps: [numTaps, 2], noise: [ofdmSamples(options, numSymbols), 2] }),
    draw: (rng, images) => ({
      taps: drawTaps(rng.fold("gain"), images, profile),
      noise: imageNoise(rng.fold("noise"), images, ofdmSamples(options, images.numSymbols)),
    }),
    apply: (sent, draw) => applyOfdm(system, sent, draw),
    applyGraph: (sent, { taps, noise }) => ofdmGraph(system, sent, taps!, noise!),
    gainIndex: (symbol) => symbol % fftSize,
    guardUses: (numLoaded) => ofdmGuardUses(options, numLoaded),
    ...(cpLength >= numTaps - 1 ? { gainMean: rayleighMean } : {}),
  };
}

function applyOfdm(system: OfdmSystem, { x, no }: Transmission, draw: ChannelDraw): Reception {
  const { fftSize, cpLength, toTime, toFrequency, tapsToGains } = system;
  const batchSize = no.length;
  const numSymbols = x.length / 2 / batchSize;
  const numBlocks = Math.ceil(numSymbols / fftSize);
  const [size, prefix] = [2 * fftSize, 2 * cpLength];
  const loaded = resizeRows(x, batchSize, numBlocks * size);
  const time = timesMatrix(loaded, toTime, size);
  const samples = new Float32Array(batchSize * numBlocks * (size + prefix));
  for (let block = 0; block < batchSize * numBlocks; block++) {
    const own = time.subarray(block * size, (block + 1) * size);
    samples.set(cyclicPrefix(own, prefix), block * (size + prefix));
    samples.set(own, block * (size + prefix) + prefix);
  }
  const stride = samples.length / batchSize;
  const received = convolve(samples, draw["taps"]!, batchSize).map(
    (value, i) => value + Math.sqrt(no[Math.floor(i / stride)]!) * draw["noise"]![i]!,
  );
  const bare = new Float32Array(time.length);
  for (let block = 0; block < batchSize * numBlocks; block++) {
    const start = block * (size + prefix) + prefix;
    bare.set(received.subarray(start, start + size), block * size);
  }
  const gains = timesMatrix(draw["taps"]!, tapsToGains, tapsToGains.length / size);
  return {
    y: resizeRows(timesMatrix(bare, toFrequency, size), batchSize, 2 * numSymbols),
    h: repeatBy(gains, batchSize, numSymbols, (symbol) => symbol % fftSize),
    no,
  };
}

/** The end of a block, repeated when the prefix is longer than the block. */
function cyclicPrefix(block: Float32Array, length: number): Float32Array {
  const shift = block.length - (length % block.length);
  return Float32Array.from({ length }, (_, i) => block[(i + shift) % block.length]!);
}

/** Each image's values cut or filled with zeros to `length`. */
function resizeRows(values: Float32Array, batchSize: number, length: number): Float32Array {
  const stride = values.length / batchSize;
  const out = new Float32Array(batchSize * length);
  for (let image = 0; image < batchSize; image++) {
    out.set(values.subarray(image * stride, image * stride + Math.min(stride, length)), image * length);
  }
  return out;
}
