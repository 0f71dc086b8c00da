// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import type { DrawOptions } from "./channel-model.ts";

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

/**
 * `out[image, symbol] = values[image, indexOf(symbol)]` for complex values.
 *
 * @param values - [batch, count, 2]
 * @returns [batch, numSymbols, 2]
 */
export function repeatBy(
  values: Float32Array,
  batchSize: number,
  numSymbols: number,
  indexOf: (symbol: number) => number,
): Float32Array {
  const out = new Float32Array(batchSize * numSymbols * 2);
  const count = values.length / batchSize;
  for (let image = 0; image < batchSize; image++) {
    for (let symbol = 0; symbol < numSymbols; symbol++) {
      const [to, from] = [2 * (image * numSymbols + symbol), image * count + 2 * indexOf(symbol)];
      out[to] = values[from]!;
      out[to + 1] = values[from + 1]!;
    }
  }
  return out;
}
