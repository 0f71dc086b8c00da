// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { Build, gradients, input, mean, paramsOf, rngFrom, square, sub } from "@semlink/engine";
import { noFromEsNoDb } from "../channel/decibel.ts";
import { equalizeGraph } from "../channel/equalizer.ts";
import { flatFadingGraph } from "../channel/flat-channel.ts";
import { rayleighBlockFading } from "../channel/fading.ts";
import { drawnWeights, openGraph } from "../open-graph.fixture.ts";
import { type ChannelCodec, type CodecShape, maxSymbolsOf, type ReceiverCondition } from "./channel-codec.ts";

/** Values of one batch by the name of the input they are for, each [batch, ...] row-major. */
export type CodecBatch = Readonly<Record<"embedding" | "received" | keyof ReceiverCondition, Float32Array>>;

/** A codec with weights, on plain arrays. */
export interface OpenCodec {
  readonly shape: CodecShape;
  /** Names of what the encoder is told. */
  readonly encoderInputs: readonly string[];
  /** @returns [batch, maxSymbols, 2] */
  readonly encode: (batch: CodecBatch) => Promise<Float32Array>;
  /** @returns [batch, embedDim] */
  readonly decode: (batch: CodecBatch) => Promise<Float32Array>;
}

/** Opens a codec with drawn weights. */
export async function openCodec(codec: ChannelCodec, shape: CodecShape, seed: number): Promise<OpenCodec> {
  const root = { codec };
  const build = new Build(root, { training: false });
  const weights = drawnWeights(root, seed);
  const { embedding, received, ...told } = codecInputs(shape);
  const encoder = await openGraph({ symbols: build.apply(codec.encoder, embedding, told) }, weights);
  const decoder = await openGraph({ decoded: build.apply(codec.decoder, received, told) }, weights);
  return {
    shape,
    encoderInputs: encoder.inputNames,
    encode: async (batch) => (await encoder.run(batch)).symbols,
    decode: async (batch) => (await decoder.run(batch)).decoded,
  };
}

/** What comes back through the channel: the loss `mean((decoded - embedding)²)` and its gradient by parameter. */
export interface CodecSlope {
  readonly loss: number;
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** The slope of a codec as a function of its weights. */
export interface OpenSlope {
  /** Drawn weights. */
  readonly start: ReadonlyMap<string, Float32Array>;
  readonly at: (weights: ReadonlyMap<string, Float32Array>) => Promise<CodecSlope>;
}

/** Opens the slope of a codec as a function of its weights, for one batch through one draw of a fading channel. */
export async function openSlope(codec: ChannelCodec, shape: CodecShape, seed: number): Promise<OpenSlope> {
  const root = { codec };
  const build = new Build(root, { training: true });
  const params = paramsOf(root).filter(({ trainable }) => trainable);
  const maxSymbols = maxSymbolsOf(shape);
  const { embedding, esNoDb, kind, mask } = codecInputs(shape);
  const told = { esNoDb, kind };
  const x = build.apply(codec.encoder, embedding, told);
  const received = flatFadingGraph({
    x,
    h: input("h", ["batch", 1, 2]),
    noise: input("noise", ["batch", maxSymbols, 2]),
    no: input("no", ["batch", 1, 1]),
  });
  const { xHat, equalizedEsNoDb } = equalizeGraph("mmse", received);
  const decoded = build.apply(codec.decoder, xHat, { ...told, mask, equalizedEsNoDb });
  const loss = mean(square(sub(decoded, embedding)));
  const values = params.map(({ value }) => value);
  const slopes = gradients(loss, values).map((slope, i) => [`d ${params[i]!.name}`, slope] as const);
  const { run } = await openGraph({ loss, ...Object.fromEntries(slopes) });

  const batchSize = 6;
  const drawn = {
    ...drawBatch(shape, seed, batchSize),
    ...rayleighBlockFading.draw(rngFrom(seed), { batchSize, numSymbols: maxSymbols }),
    no: new Float32Array(batchSize).fill(noFromEsNoDb(5)),
  };
  return {
    start: drawnWeights(root, seed),
    async at(weights) {
      const results: Record<string, Float32Array> = await run({ ...drawn, ...Object.fromEntries(weights) });
      return {
        loss: results["loss"]![0]!,
        gradients: new Map(params.map(({ name }) => [name, results[`d ${name}`]!])),
      };
    },
  };
}

/** Random embeddings, received symbols and conditions within the trained range. */
export function drawBatch(shape: CodecShape, seed: number, batchSize: number): CodecBatch {
  const rng = rngFrom(seed).fold("codec batch");
  const { lengths, esNoDb, numKinds, embedDim } = shape;
  const maxSymbols = maxSymbolsOf(shape);
  const kindOf = rng.fold("kind").integers(batchSize, numKinds);
  const lengthOf = rng.fold("length").integers(batchSize, lengths.length);
  const levels = rng
    .fold("level")
    .uniform(batchSize)
    .map((u) => esNoDb.min + u * (esNoDb.max - esNoDb.min));
  const fades = rng.fold("fade").normal(batchSize);
  const grid = (width: number, value: (row: number, column: number) => number): Float32Array =>
    Float32Array.from({ length: batchSize * width }, (_, i) => value(Math.floor(i / width), i % width));
  return {
    embedding: rng.fold("embedding").normal(batchSize * embedDim),
    received: rng.fold("received").normal(batchSize * maxSymbols * 2),
    esNoDb: levels,
    kind: grid(numKinds, (row, kind) => (kind === kindOf[row] ? 1 : 0)),
    mask: grid(maxSymbols, (row, symbol) => (symbol < lengths[lengthOf[row]!]! ? 1 : 0)),
    equalizedEsNoDb: levels.map((level, row) => level + 3 * fades[row]!),
  };
}

function codecInputs(shape: CodecShape): Record<keyof CodecBatch, Tensor> {
  const maxSymbols = maxSymbolsOf(shape);
  return {
    embedding: input("embedding", ["batch", shape.embedDim]),
    received: input("received", ["batch", maxSymbols, 2]),
    esNoDb: input("esNoDb", ["batch", 1]),
    kind: input("kind", ["batch", shape.numKinds]),
    mask: input("mask", ["batch", maxSymbols, 1]),
    equalizedEsNoDb: input("equalizedEsNoDb", ["batch", 1]),
  };
}
