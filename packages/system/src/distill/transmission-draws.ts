// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Rng } from "@semlink/engine";
import { input, type Tensor } from "@semlink/engine";
import type { ChannelModel } from "../channel/channel-model.ts";
import { noFromEsNoDb } from "../channel/decibel.ts";

export interface TransmissionOptions {
  /** Channels of the experiment; each image meets one of them, drawn evenly. */
  readonly channels: readonly ChannelModel[];
  /** Width of the one-hot channel kind. */
  readonly numKinds: number;
  /** Transmission lengths, increasing. */
  readonly lengths: readonly number[];
  /** Range of Es/N0 [dB], drawn evenly for each image. */
  readonly esNoDb: { readonly min: number; readonly max: number };
  /** Share of images sent without noise. */
  readonly cleanFraction: number;
}

/** Graph inputs of one batch of transmissions; {@link drawTransmissions} fills them. */
export interface TransmissionInputs {
  readonly h: Tensor; // [batch, 1, 2]
  readonly noise: Tensor; // [batch, maxSymbols, 2]
  readonly no: Tensor; // [batch, 1, 1]
  readonly esNoDb: Tensor; // [batch, 1]
  readonly kind: Tensor; // [batch, numKinds]
  readonly mask: Tensor; // [batch, maxSymbols, 1]
}

/** Declares the inputs that {@link drawTransmissions} fills. */
export function transmissionInputs(maxSymbols: number, numKinds: number): TransmissionInputs {
  return {
    h: input("h", ["batch", 1, 2]),
    noise: input("noise", ["batch", maxSymbols, 2]),
    no: input("no", ["batch", 1, 1]),
    esNoDb: input("esNoDb", ["batch", 1]),
    kind: input("kind", ["batch", numKinds]),
    mask: input("mask", ["batch", maxSymbols, 1]),
  };
}

/**
 * Draws what a batch meets in training: for each image a channel, Es/N0 evenly in dB, a gain, noise, and a length by
 * the sandwich rule: a third of the batch the longest, a third the shortest, the rest any.
 *
 * @param rng - address of the step
 * @source sandwich rule: Yu & Huang 2019, arXiv 1903.05134
 */
export function drawTransmissions(
  rng: Rng,
  batchSize: number,
  options: TransmissionOptions,
): Record<keyof TransmissionInputs, HostTensor> {
  const { channels, numKinds, lengths, esNoDb, cleanFraction } = options;
  const maxSymbols = lengths[lengths.length - 1]!;
  const channelOf = rng.fold("channel").integers(batchSize, channels.length);
  const levels = rng.fold("esNoDb").uniform(batchSize);
  const clean = rng.fold("clean").uniform(batchSize);
  const anyLength = rng.fold("length").integers(batchSize, lengths.length);
  const draws = channels.map((channel) =>
    channel.draw(rng.fold("draw"), { batchSize, numSymbols: maxSymbols }),
  );
  const tensors = {
    h: floats([batchSize, 1, 2]),
    noise: { ...floats([batchSize, maxSymbols, 2]), data: draws[0]!.noise },
    no: floats([batchSize, 1, 1]),
    esNoDb: floats([batchSize, 1]),
    kind: floats([batchSize, numKinds]),
    mask: floats([batchSize, maxSymbols, 1]),
  };
  for (let i = 0; i < batchSize; i++) {
    const channel = channels[channelOf[i]!]!;
    const isClean = clean[i]! < cleanFraction;
    const level = isClean ? esNoDb.max : esNoDb.min + (esNoDb.max - esNoDb.min) * levels[i]!;
    tensors.h.data.set(draws[channelOf[i]!]!.h.subarray(2 * i, 2 * i + 2), 2 * i);
    tensors.no.data[i] = isClean ? 0 : noFromEsNoDb(level);
    tensors.esNoDb.data[i] = level;
    tensors.kind.data[i * numKinds + channel.kindIndex] = 1;
    const length = i % 3 === 0 ? maxSymbols : i % 3 === 1 ? lengths[0]! : lengths[anyLength[i]!]!;
    tensors.mask.data.fill(1, i * maxSymbols, i * maxSymbols + length);
  }
  return tensors;
}

function floats(shape: number[]): { dtype: "float32"; shape: number[]; data: Float32Array } {
  return {
    dtype: "float32",
    shape,
    data: new Float32Array(shape.reduce((product, dim) => product * dim, 1)),
  };
}
