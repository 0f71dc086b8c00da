// SPDX-License-Identifier: Apache-2.0
import type { Rng, Tensor } from "@semlink/engine";
import { add, complex, mul, ShapeError, sqrt } from "@semlink/engine";
import * as z from "zod";
import {
  type ChannelModel,
  type DrawOptions,
  type FlatDraw,
  kindIndexOf,
  type ReceptionTensors,
  type TransmissionTensors,
  type Variation,
} from "./channel-model.ts";
import { imageNoise, repeatBy } from "./image-noise.ts";

/**
 * How often the gain changes: *block*, one gain per image; *L-block*, a new one every `blockLength` symbols; *fast*,
 * one per symbol.
 */
export type FadingForm = "block" | "fast" | { readonly blockLength: number };

/** Validates a {@link FadingForm}. */
export const fadingForm: z.ZodDefault<z.ZodType<FadingForm>> = z
  .union([z.enum(["block", "fast"]), z.strictObject({ blockLength: z.int().min(1) })])
  .default("block")
  .describe(
    'how often the gain changes: "block" (per image), "fast" (per symbol) or { blockLength } [symbols]',
  );

/** How often the gain changes, in words: "one gain per image". */
export function fadingText(form: FadingForm): string {
  if (form === "block") return "one gain per image";
  return form === "fast" ? "one gain per symbol" : `one gain per ${form.blockLength} symbols`;
}

/** Number of the gain that a symbol meets. */
export function gainIndexIn(form: FadingForm): (symbol: number) => number {
  if (form === "block") return () => 0;
  const length = form === "fast" ? 1 : form.blockLength;
  return (symbol) => Math.floor(symbol / length);
}

/** Shape of an image's gains as a draw holds them: one for a block, otherwise one for each symbol. */
export function gainShape(form: FadingForm, numSymbols: number): readonly number[] {
  return [form === "block" ? 1 : numSymbols, 2];
}

/**
 * Gains spread over the symbols that meet them.
 *
 * @param gains - draws [batch, count, 2] for a count per image
 * @returns [batch, 1, 2] for a block, otherwise [batch, numSymbols, 2]
 */
export function spreadGains(
  form: FadingForm,
  { batchSize, numSymbols }: DrawOptions,
  gains: (count: number) => Float32Array,
): Float32Array {
  if (form === "block") return gains(1);
  const indexOf = gainIndexIn(form);
  const count = numSymbols === 0 ? 0 : indexOf(numSymbols - 1) + 1;
  return repeatBy(gains(count), batchSize, numSymbols, indexOf);
}

/** What tells one flat channel from another: its gains. */
export interface FlatChannelOptions {
  readonly name: string;
  readonly variation: Variation;
  readonly form: FadingForm;
  /**
   * Gains with E|h|² = 1, addressed by image.
   *
   * @returns [batch, count, 2]
   */
  readonly gains: (rng: Rng, options: DrawOptions, count: number) => Float32Array;
  readonly gainMean: NonNullable<ChannelModel["gainMean"]>;
}

/**
 * A channel `y = h x + sqrt(no) noise`. Noise comes from `rng.fold("noise")`, so all flat channels share it.
 */
export function flatChannel(options: FlatChannelOptions): ChannelModel<FlatDraw> {
  const { name, variation, form, gains, gainMean } = options;
  return {
    name,
    kindIndex: kindIndexOf(variation),
    fields: (numSymbols) => ({ h: gainShape(form, numSymbols), noise: [numSymbols, 2] }),
    draw: (rng, draw) => ({
      h: spreadGains(form, draw, (count) => gains(rng, draw, count)),
      noise: imageNoise(rng.fold("noise"), draw, draw.numSymbols),
    }),
    apply: applyFlat,
    applyGraph: applyFlatGraph,
    gainIndex: gainIndexIn(form),
    gainMean,
  };
}

// One function for all flat channels: they share their piece of a training graph.
const applyFlatGraph: ChannelModel<FlatDraw>["applyGraph"] = (sent, { h, noise }) =>
  flatFadingGraph({ ...sent, h, noise });

const applyFlat: ChannelModel<FlatDraw>["apply"] = ({ x, no }, { h, noise }) => ({
  y: applyFlatFading({ x, h, noise, no }),
  h,
  no,
});

/** Additive white Gaussian noise: `h = 1` for every image. Its noise is that of the fading channels. */
export const awgn: ChannelModel<FlatDraw> = flatChannel({
  name: "awgn",
  variation: "steady",
  form: "block",
  gains: (_rng, { batchSize }, count) =>
    Float32Array.from({ length: 2 * batchSize * count }, (_, axis) => (axis % 2 === 0 ? 1 : 0)),
  gainMean: (f) => f(1),
});

/** What the receiver knows of the channel: for each image, or for each of its symbols. */
export interface ReceiverState {
  /** [batch, 1 or numSymbols, 2] complex gain */
  readonly h: Float32Array;
  /** [batch] or [batch, numSymbols] noise variance per complex symbol, linear */
  readonly no: Float32Array;
}

/**
 * Flat fading, `y = h x + sqrt(no) noise`, one noise level per image and a gain per image or per symbol.
 *
 * @param link - x [batch, numSymbols, 2] sent symbols of mean power 1 per image; h [batch, 1 or numSymbols, 2] gains;
 * noise [batch, numSymbols, 2] samples of CN(0, 1); no [batch] noise variance per complex symbol
 * @returns [batch, numSymbols, 2] received symbols
 * @throws ShapeError "wrong-shape" when the batches or numbers of symbols differ
 */
export function applyFlatFading(
  link: ReceiverState & { readonly x: Float32Array; readonly noise: Float32Array },
): Float32Array {
  const { x, h, noise, no } = link;
  const { gainSpan } = spans("applyFlatFading", x, link);
  expectLength("applyFlatFading", "noise", noise, x.length);
  const y = new Float32Array(x.length);
  const gainsPerImage = h.length / 2 / no.length;
  for (let g = 0; g < h.length / 2; g++) {
    const re = h[2 * g]!;
    const im = h[2 * g + 1]!;
    const amplitude = Math.sqrt(no[Math.floor(g / gainsPerImage)]!);
    for (let i = 2 * g * gainSpan; i < 2 * (g + 1) * gainSpan; i += 2) {
      y[i] = re * x[i]! - im * x[i + 1]! + amplitude * noise[i]!;
      y[i + 1] = re * x[i + 1]! + im * x[i]! + amplitude * noise[i + 1]!;
    }
  }
  return y;
}

/** `|h|^2` of gain number `index`. */
export function powerGain(h: Float32Array, index: number): number {
  return h[2 * index]! ** 2 + h[2 * index + 1]! ** 2;
}

/** One transmission over a flat channel in a graph. */
export interface FlatFadingLink extends TransmissionTensors {
  /** [batch, 1 or numSymbols, 2] gains */
  readonly h: Tensor;
  /** [batch, numSymbols, 2] samples of CN(0, 1) */
  readonly noise: Tensor;
}

/** The differentiable twin of `applyFlatFading`: `y = h x + √no · noise`, with gain and noise level known. */
export function flatFadingGraph({ x, h, noise, no }: FlatFadingLink): ReceptionTensors {
  return { y: add(complex.mul(h, x), mul(noise, sqrt(no))), h, no };
}

/** How many symbols share a gain, and how many a noise level. */
export function spans(
  where: string,
  symbols: Float32Array,
  { h, no }: ReceiverState,
): { readonly gainSpan: number; readonly noiseSpan: number } {
  const count = Math.floor(symbols.length / 2);
  const batchSize = Math.min(h.length / 2, no.length);
  const numSymbols = batchSize === 0 ? 0 : Math.floor(count / batchSize);
  expectLength(where, "symbols", symbols, batchSize * numSymbols * 2);
  if (h.length !== 2 * count) expectLength(where, "h", h, 2 * (no.length === count ? batchSize : no.length));
  if (no.length !== count && no.length !== batchSize) expectLength(where, "h", h, 2 * no.length);
  return { gainSpan: (2 * count) / h.length, noiseSpan: count / no.length };
}

/** @throws ShapeError "wrong-shape" when there are not as many values as asked for */
export function expectLength(where: string, name: string, values: Float32Array, length: number): void {
  if (values.length === length) return;
  throw new ShapeError({
    code: "wrong-shape",
    where,
    expected: `${name} of ${length} values`,
    actual: `${values.length}`,
    hint: "h is [batch, 1, 2], no is [batch], symbols and noise are [batch, numSymbols, 2]",
  });
}
