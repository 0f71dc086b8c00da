// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { add, complex, concat, mul, pad, reshape, slice, sqrt, sum } from "@semlink/engine";
import {
  type ChannelDraw,
  type ChannelModel,
  type GuardUses,
  type Hardware,
  type HardwareGraph,
  kindIndexOf,
  type Reception,
  type ReceptionTensors,
  type Transmission,
  type TransmissionTensors,
} from "./channel-model.ts";
import { powerGain } from "./flat-channel.ts";
import { type Fourier, fourier, fourierMatrix, timesMatrix, timesMatrixGraph } from "./fourier.ts";
import { imageNoise, repeatBy } from "./image-noise.ts";
import { rayleighMean } from "./quadrature.ts";
import { convolve, convolveGraph, drawTaps, exponentialProfile } from "./tapped-delay-line.ts";

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
interface OfdmSystem extends OfdmOptions {
  readonly toTime: Fourier;
  readonly toFrequency: Fourier;
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
 * Hardware acts on the samples: the transmitter's before the taps, prefixes included, the receiver's after the noise. Its
 * reference power is 1 per sample, that of OFDM symbols without idle subcarriers, times the power of the taps.
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
    toTime: fourier(fftSize, "inverse"),
    toFrequency: fourier(fftSize, "forward"),
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
    numSamples: (numSymbols) => ofdmSamples(options, numSymbols),
    apply: (sent, draw, hardware) => applyOfdm(system, sent, draw, hardware),
    applyGraph: (sent, draw, hardware) => ofdmGraph(system, sent, draw, hardware),
    gainIndex: (symbol) => symbol % fftSize,
    guardUses: (numLoaded) => ofdmGuardUses(options, numLoaded),
    ...(cpLength >= numTaps - 1 ? { gainMean: rayleighMean } : {}),
  };
}

function applyOfdm(
  system: OfdmSystem,
  { x, no }: Transmission,
  { taps, noise }: ChannelDraw,
  hardware: Hardware | undefined,
): Reception {
  const { fftSize, cpLength, toTime, toFrequency, tapsToGains } = system;
  const batchSize = no.length;
  const numSymbols = x.length / 2 / batchSize;
  const numBlocks = Math.ceil(numSymbols / fftSize);
  const [size, prefix] = [2 * fftSize, 2 * cpLength];
  const loaded = resizeRows(x, batchSize, numBlocks * size);
  const time = Float32Array.from(toTime.rows(loaded));
  const samples = new Float32Array(batchSize * numBlocks * (size + prefix));
  for (let block = 0; block < batchSize * numBlocks; block++) {
    const own = time.subarray(block * size, (block + 1) * size);
    samples.set(cyclicPrefix(own, prefix), block * (size + prefix));
    samples.set(own, block * (size + prefix) + prefix);
  }
  const radiated = hardware?.transmit({ x: samples, no }) ?? samples;
  const stride = samples.length / batchSize;
  const arriving = convolve(radiated, taps!, batchSize).map(
    (value, i) => value + Math.sqrt(no[Math.floor(i / stride)]!) * noise![i]!,
  );
  const received =
    hardware?.receive({ y: arriving, h: amplitudes(taps!, batchSize), no }, { x: radiated, no }) ?? arriving;
  const bare = new Float32Array(time.length);
  for (let block = 0; block < batchSize * numBlocks; block++) {
    const start = block * (size + prefix) + prefix;
    bare.set(received.subarray(start, start + size), block * size);
  }
  const gains = Float32Array.from(timesMatrix(taps!, tapsToGains, tapsToGains.length / size));
  return {
    y: resizeRows(Float32Array.from(toFrequency.rows(bare)), batchSize, 2 * numSymbols),
    h: repeatBy(gains, batchSize, numSymbols, (symbol) => symbol % fftSize),
    no,
  };
}

/** The differentiable twin of `applyOfdm`. */
function ofdmGraph(
  system: OfdmSystem,
  { x, no }: TransmissionTensors,
  { taps, noise }: Readonly<Record<string, Tensor>>,
  hardware: HardwareGraph | undefined,
): ReceptionTensors {
  const { fftSize, cpLength, toTime, toFrequency, tapsToGains } = system;
  const [batch = 1] = x.shape;
  const numSymbols = Number(x.shape[1]);
  const numBlocks = Math.ceil(numSymbols / fftSize);
  const length = numBlocks * (fftSize + cpLength);
  const loaded = pad(x, {
    pads: [
      [0, 0],
      [0, numBlocks * fftSize - numSymbols],
      [0, 0],
    ],
  });
  const time = toTime.graph(reshape(loaded, [batch, numBlocks, fftSize, 2]));
  const samples = reshape(withPrefix(time, cpLength), [batch, length, 2]);
  const radiated = hardware?.transmit({ x: samples, no }) ?? samples;
  const arriving = add(convolveGraph(radiated, taps!), mul(noise!, sqrt(no)));
  const received =
    hardware?.receive({ y: arriving, h: amplitudesGraph(taps!), no }, { x: radiated, no }) ?? arriving;
  const blocks = reshape(received, [batch, numBlocks, fftSize + cpLength, 2]);
  const bare = slice(blocks, { axis: 2, start: cpLength });
  const y = reshape(toFrequency.graph(bare), [batch, numBlocks * fftSize, 2]);
  const numTaps = Number(taps!.shape[1]);
  const gains = timesMatrixGraph(reshape(taps!, [batch, 1, numTaps, 2]), tapsToGains); // [batch, 1, fftSize, 2]
  const ofBlocks = concat(
    Array.from({ length: numBlocks }, () => gains),
    { axis: 1 },
  );
  const h = reshape(ofBlocks, [batch, numBlocks * fftSize, 2]);
  return { y: slice(y, { axis: 1, end: numSymbols }), h: slice(h, { axis: 1, end: numSymbols }), no };
}

/** Root of the power that the taps of an image pass, as a gain. @returns [batch, 1, 2] */
function amplitudes(taps: Float32Array, batchSize: number): Float32Array {
  const numTaps = taps.length / 2 / batchSize;
  return Float32Array.from({ length: 2 * batchSize }, (_, i) => {
    if (i % 2 === 1) return 0;
    let power = 0;
    for (let tap = 0; tap < numTaps; tap++) power += powerGain(taps, (i / 2) * numTaps + tap);
    return Math.sqrt(power);
  });
}

/** The twin of `amplitudes`. @param taps - [batch, numTaps, 2] */
function amplitudesGraph(taps: Tensor): Tensor {
  const amplitude = sqrt(sum(complex.abs2(taps), { axes: 1, keepDims: true })); // [batch, 1, 1]
  return concat([amplitude, mul(amplitude, 0)], { axis: 2 });
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

/** [batch, numBlocks, fftSize, 2] with the end of each block before it. */
function withPrefix(blocks: Tensor, cpLength: number): Tensor {
  const fftSize = Number(blocks.shape[2]);
  const rest = cpLength % fftSize;
  const whole = Array.from({ length: 1 + Math.floor(cpLength / fftSize) }, () => blocks);
  const parts = rest === 0 ? whole : [slice(blocks, { axis: 2, start: fftSize - rest }), ...whole];
  return parts.length === 1 ? blocks : concat(parts, { axis: 2 });
}
