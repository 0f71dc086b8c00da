// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Rng } from "@semlink/engine";
import { input, type Tensor } from "@semlink/engine";
import { noFromEsNoDb } from "../channel/decibel.ts";
import { mixDraws, mixtureFields } from "../channel/radio-mixture.ts";
import type { Radio } from "../channel/radio.ts";
import type { EsNoRange } from "../codec/codec-config.ts";

export interface TransmissionOptions {
  /** Radios of the experiment; each image meets one of them, drawn evenly. */
  readonly radios: readonly Radio[];
  /** Width of the one-hot channel kind. */
  readonly numKinds: number;
  /** Transmission lengths, increasing. */
  readonly lengths: readonly number[];
  /** Range of Es/N0 [dB], drawn evenly for each image. */
  readonly esNoDb: EsNoRange;
  /** Share of images sent without noise. */
  readonly cleanFraction: number;
  /** Share of images sent at the longest or the shortest length, half of them each. */
  readonly sandwichFraction: number;
}

/** Graph inputs of one batch of transmissions; {@link drawTransmissions} fills them. */
export interface TransmissionInputs {
  /** The draw of the radios: `mixtureFields`, for flat fading h [batch, 1, 2] and noise [batch, maxSymbols, 2]. */
  readonly [drawn: string]: Tensor;
  readonly no: Tensor; // [batch, 1, 1]
  readonly esNoDb: Tensor; // [batch, 1]
  readonly kind: Tensor; // [batch, numKinds]
  readonly mask: Tensor; // [batch, maxSymbols, 1]
}

/** Declares the inputs that {@link drawTransmissions} fills. */
export function transmissionInputs(
  maxSymbols: number,
  numKinds: number,
  radios: readonly Radio[],
): TransmissionInputs {
  const drawn = Object.entries(mixtureFields(radios, maxSymbols));
  return {
    ...Object.fromEntries(drawn.map(([name, shape]) => [name, input(name, ["batch", ...shape])])),
    no: input("no", ["batch", 1, 1]),
    esNoDb: input("esNoDb", ["batch", 1]),
    kind: input("kind", ["batch", numKinds]),
    mask: input("mask", ["batch", maxSymbols, 1]),
  };
}

/**
 * Draws what a batch meets in training: for each image a radio, Es/N0 of `min + (max - min) u^lowEmphasis` dB with u
 * even in [0, 1), a gain, noise, and a length by the sandwich rule: `sandwichFraction / 2` of the batch the longest, as many the
 * shortest, the rest any. The places of both in the batch are fixed.
 *
 * @param rng - address of the step
 * @source sandwich rule: Yu & Huang 2019, arXiv 1903.05134
 * @differs Es/N0 is not drawn evenly unless `lowEmphasis` is 1: links differ at low Es/N0, and are all alike above
 */
export function drawTransmissions(
  rng: Rng,
  batchSize: number,
  options: TransmissionOptions,
): Record<string, HostTensor> {
  const { radios, numKinds, lengths, esNoDb, cleanFraction, sandwichFraction } = options;
  const maxSymbols = lengths[lengths.length - 1]!;
  const radioOf = rng.fold("channel").integers(batchSize, radios.length);
  const levels = rng.fold("esNoDb").uniform(batchSize);
  const clean = rng.fold("clean").uniform(batchSize);
  const anyLength = rng.fold("length").integers(batchSize, lengths.length);
  const draws = radios.map((radio) => radio.draw(rng.fold("draw"), { batchSize, numSymbols: maxSymbols }));
  const mixed = mixDraws(radios, draws, radioOf, maxSymbols);
  const tensors = {
    no: floats([batchSize, 1, 1]),
    esNoDb: floats([batchSize, 1]),
    kind: floats([batchSize, numKinds]),
    mask: floats([batchSize, maxSymbols, 1]),
  };
  for (let i = 0; i < batchSize; i++) {
    const radio = radios[radioOf[i]!]!;
    const isClean = clean[i]! < cleanFraction;
    const level = isClean
      ? esNoDb.max
      : esNoDb.min + (esNoDb.max - esNoDb.min) * levels[i]! ** esNoDb.lowEmphasis;
    tensors.no.data[i] = isClean ? 0 : noFromEsNoDb(level);
    tensors.esNoDb.data[i] = radio.toldEsNoDb(level);
    tensors.kind.data[i * numKinds + radio.kindIndex] = 1;
    const place = sandwichFraction > 0 ? i % (2 / sandwichFraction) : Infinity;
    const length = place < 1 ? maxSymbols : place < 2 ? lengths[0]! : lengths[anyLength[i]!]!;
    tensors.mask.data.fill(1, i * maxSymbols, i * maxSymbols + length);
  }
  const drawn = Object.entries(mixtureFields(radios, maxSymbols)).map(([name, shape]) => {
    return [name, { dtype: "float32", shape: [batchSize, ...shape], data: mixed[name]! }] as const;
  });
  return { ...tensors, ...Object.fromEntries(drawn) };
}

function floats(shape: number[]): { dtype: "float32"; shape: number[]; data: Float32Array } {
  return {
    dtype: "float32",
    shape,
    data: new Float32Array(shape.reduce((product, dim) => product * dim, 1)),
  };
}
