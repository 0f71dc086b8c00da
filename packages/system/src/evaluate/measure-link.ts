// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import { yieldToEvents } from "../numbers/yield-to-events.ts";
import { type PreparedBaseline, rightShares } from "../lines/baseline.ts";
import { learnedLink } from "../lines/learned/learned-link.ts";
import type { ChannelDraw } from "../channel/channel-model.ts";
import type { Radio } from "../channel/radio.ts";
import type { Link } from "../link/link.ts";
import { GALLERY, identifiedAmongGallery, relativeErrors } from "../task/embedding-figures.ts";

/** One operating point of a line. */
export interface OperatingPoint {
  readonly channel: Radio;
  readonly esNoDb: number;
  readonly numSymbols: number;
}

/** Figures of every image at one point, means over the draws. */
export interface PointMeasurement {
  /** [count] share of draws decided right */
  readonly correct: Float32Array;
  /** [count] squared error over the variance of the embedding; the mean is 1 - R². Empty where no embedding arrives. */
  readonly relativeError: Float32Array;
  /** [whole galleries] share of draws identified among 100. Empty where no embedding arrives. */
  readonly identified: Float32Array;
}

/** Where and on what a line is measured. */
export interface MeasureLineOptions {
  readonly line: PreparedBaseline;
  /** [count, embedDim] what the device sends; for lines whose receiver has an embedding */
  readonly embeddings?: Float32Array;
  readonly labels: Uint8Array;
  readonly numClasses: number;
  readonly channels: readonly Radio[];
  readonly esNoDb: readonly number[];
  readonly lengths: readonly number[];
  readonly drawsPerImage: number;
  /** Address of the draws; systems measured with the same one meet the same fades and noise. */
  readonly rng: Rng;
  readonly onPoint: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** What {@link measureLink} takes: a link in place of a line. */
export type MeasureLinkOptions = Omit<MeasureLineOptions, "line" | "embeddings"> & {
  readonly link: Link;
  /** [count, embedDim] what the device sends */
  readonly embeddings: Float32Array;
};

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
export function measureLink({
  link,
  ...options
}: MeasureLinkOptions): Promise<Map<OperatingPoint, PointMeasurement>> {
  const line = learnedLink(link, options.embeddings, options.labels.length);
  return measureLine({ ...options, line });
}

/** Measures a line at every channel, Es/N0 and length, under the draws of {@link evaluationDraw}. */
export async function measureLine(
  options: MeasureLineOptions,
): Promise<Map<OperatingPoint, PointMeasurement>> {
  const { labels, channels, esNoDb, lengths, drawsPerImage, rng, signal } = options;
  const results = new Map<OperatingPoint, PointMeasurement>();
  const total = channels.length * esNoDb.length * lengths.length;
  for (const channel of channels) {
    const draws = Array.from({ length: drawsPerImage }, (_, index) =>
      evaluationDraw(rng, channel, index, labels.length, Math.max(...lengths)),
    );
    for (const level of esNoDb) {
      for (const numSymbols of lengths) {
        signal?.throwIfAborted();
        const point = { channel, esNoDb: level, numSymbols };
        let sums = emptyMeasurement(options);
        for (const draw of draws) sums = await withDraw(sums, options, point, draw);
        results.set(point, divided(sums, drawsPerImage));
        options.onPoint(results.size, total);
      }
    }
  }
  return results;
}

function emptyMeasurement({ labels, embeddings }: MeasureLineOptions): PointMeasurement {
  const count = labels.length;
  const numEmbedded = embeddings ? count : 0;
  return {
    correct: new Float32Array(count),
    relativeError: new Float32Array(numEmbedded),
    identified: new Float32Array(numEmbedded - (numEmbedded % GALLERY)),
  };
}

/** Adds one draw, in place; without a received embedding there are no figures of it. */
async function withDraw(
  sums: PointMeasurement,
  options: MeasureLineOptions,
  { channel, esNoDb, numSymbols }: OperatingPoint,
  draw: ChannelDraw,
): Promise<PointMeasurement> {
  const { line, embeddings, labels, numClasses } = options;
  const received = await line.transmit({ radio: channel, draw, esNoDb, numSymbols });
  rightShares(received, labels, numClasses).forEach((share, i) => (sums.correct[i]! += share));
  await yieldToEvents(); // a line may work without a break; signals and messages get in here
  if (!embeddings || !received.embedding) {
    return { ...sums, relativeError: new Float32Array(0), identified: new Float32Array(0) };
  }
  const embedDim = embeddings.length / labels.length;
  relativeErrors(received.embedding, embeddings, embedDim).forEach((error, i) => {
    sums.relativeError[i]! += error;
  });
  identifiedAmongGallery(received.embedding, embeddings, embedDim).forEach((hit, i) => {
    sums.identified[i]! += hit;
  });
  return sums;
}

// One division at the end: n times 1/n in float32 may exceed 1, which is no share.
function divided({ correct, relativeError, identified }: PointMeasurement, count: number): PointMeasurement {
  const each = (sums: Float32Array): Float32Array => sums.map((sum) => sum / count);
  return { correct: each(correct), relativeError: each(relativeError), identified: each(identified) };
}
