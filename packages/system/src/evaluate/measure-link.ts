// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import { setImmediate } from "node:timers/promises";
import type { ChannelDraw } from "../channel/channel-model.ts";
import { firstSymbols, symbolPrefix } from "../channel/channel-model.ts";
import { noFromEsNoDb } from "../channel/decibel.ts";
import type { Radio } from "../channel/radio.ts";
import type { Link } from "../link/link.ts";
import { GALLERY, identifiedAmongGallery, predictionsOf, relativeErrors } from "./embedding-fidelity.ts";

/** One operating point of a link. */
export interface OperatingPoint {
  readonly channel: Radio;
  readonly esNoDb: number;
  readonly numSymbols: number;
}

/** Figures of every image at one point, means over the draws. */
export interface PointMeasurement {
  /** [count] share of draws decided right */
  readonly correct: Float32Array;
  /** [count] squared error over the variance of the embedding; the mean is 1 - R² */
  readonly relativeError: Float32Array;
  /** [whole galleries] share of draws identified among 100 */
  readonly identified: Float32Array;
}

export interface MeasureLinkOptions {
  readonly link: Link;
  /** [count, embedDim] what the device sends */
  readonly embeddings: Float32Array;
  readonly labels: Uint8Array;
  readonly numClasses: number;
  readonly channels: readonly Radio[];
  readonly esNoDb: readonly number[];
  /** Lengths to measure, out of the link's. */
  readonly lengths: readonly number[];
  readonly drawsPerImage: number;
  /** Address of the draws; systems measured with the same one meet the same fades and noise. */
  readonly rng: Rng;
  readonly onPoint: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

const BATCH = 500;

/** The draw number `index` of a channel for all images: common to every system, Es/N0 and length. */
export function evaluationDraw(
  rng: Rng,
  channel: Radio,
  index: number,
  batchSize: number,
  numSymbols: number,
): ChannelDraw {
  return channel.draw(rng.fold("draw").fold(index), { batchSize, numSymbols });
}

/** Measures a link at every channel, Es/N0 and length, through the plain-TypeScript channel. */
export async function measureLink(
  options: MeasureLinkOptions,
): Promise<Map<OperatingPoint, PointMeasurement>> {
  const { link, labels, channels, esNoDb, lengths, drawsPerImage, rng, signal } = options;
  const results = new Map<OperatingPoint, PointMeasurement>();
  const total = channels.length * esNoDb.length * lengths.length;
  for (const channel of channels) {
    const draws = Array.from({ length: drawsPerImage }, (_, index) =>
      evaluationDraw(rng, channel, index, labels.length, link.maxSymbols),
    );
    for (const level of esNoDb) {
      const symbols = await encodeAll(options, channel, level);
      for (const numSymbols of lengths) {
        signal?.throwIfAborted();
        const point = { channel, esNoDb: level, numSymbols };
        const sums = emptyMeasurement(options);
        for (const draw of draws) await addDraw(sums, options, symbols, point, draw);
        results.set(point, divided(sums, drawsPerImage));
        options.onPoint(results.size, total);
      }
    }
  }
  return results;
}

async function encodeAll(
  { link, embeddings, labels }: MeasureLinkOptions,
  channel: Radio,
  esNoDb: number,
): Promise<Float32Array> {
  const count = labels.length;
  const embedDim = embeddings.length / count;
  const symbols = new Float32Array(count * link.maxSymbols * 2);
  for (let first = 0; first < count; first += BATCH) {
    const last = Math.min(count, first + BATCH);
    const part = embeddings.subarray(first * embedDim, last * embedDim);
    const sent = await link.encode(part, last - first, channel.toldEsNoDb(esNoDb), channel);
    symbols.set(sent, first * link.maxSymbols * 2);
  }
  return symbols;
}

function emptyMeasurement({ labels }: MeasureLinkOptions): PointMeasurement {
  const count = labels.length;
  return {
    correct: new Float32Array(count),
    relativeError: new Float32Array(count),
    identified: new Float32Array(count - (count % GALLERY)),
  };
}

async function addDraw(
  sums: PointMeasurement,
  options: MeasureLinkOptions,
  symbols: Float32Array,
  { channel, esNoDb, numSymbols }: OperatingPoint,
  draw: ChannelDraw,
): Promise<void> {
  const { link, embeddings, labels, numClasses } = options;
  const count = labels.length;
  const embedDim = embeddings.length / count;
  const x = symbolPrefix(symbols, count, numSymbols);
  const no = new Float32Array(count).fill(noFromEsNoDb(esNoDb));
  const sentDraw = firstSymbols(channel, draw, count, numSymbols);
  const { xHat, equalizedEsNoDb } = channel.transmit({ x, no }, sentDraw);
  const received = new Float32Array(embeddings.length);
  for (let first = 0; first < count; first += BATCH) {
    const last = Math.min(count, first + BATCH);
    const { embedding, logits } = await link.decode({
      xHat: xHat.slice(first * numSymbols * 2, last * numSymbols * 2),
      equalizedEsNoDb: equalizedEsNoDb.slice(first, last),
      esNoDb: channel.toldEsNoDb(esNoDb),
      channel,
      numSymbols,
    });
    received.set(embedding, first * embedDim);
    predictionsOf(logits, numClasses).forEach((prediction, i) => {
      if (prediction === labels[first + i]) sums.correct[first + i]! += 1;
    });
    // Sessions block the event loop; signals and messages get in here.
    await setImmediate();
  }
  relativeErrors(received, embeddings, embedDim).forEach((error, i) => (sums.relativeError[i]! += error));
  identifiedAmongGallery(received, embeddings, embedDim).forEach((hit, i) => (sums.identified[i]! += hit));
}

// One division at the end: n times 1/n in float32 may exceed 1, which is no share.
function divided({ correct, relativeError, identified }: PointMeasurement, count: number): PointMeasurement {
  const each = (sums: Float32Array): Float32Array => sums.map((sum) => sum / count);
  return { correct: each(correct), relativeError: each(relativeError), identified: each(identified) };
}
