// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";

/** A measured figure with its 95 % confidence interval, `low <= value <= high`. Shares are fractions, not percent. */
export interface Measured {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Independent units behind the figure: images, or training seeds. */
  readonly n: number;
  readonly confidence: 0.95;
  readonly method: "wilson" | "paired-normal" | "normal" | "closed-form" | "bootstrap";
}

/** A figure whose interval is not known. */
export interface PlainValue {
  readonly value: number;
}

/** Measured figures of one place by the ids of the figures; a figure that the place does not have is absent. */
export type MeasuredFigures = Readonly<Record<string, Measured>>;

const number = z.number();

/** Validates a {@link Measured}. */
export const measuredSchema: z.ZodType<Measured> = z
  .strictObject({
    value: number.describe("the estimate, in the unit of its figure; shares are fractions"),
    low: number.describe("lower end of the confidence interval, in the same unit"),
    high: number.describe("upper end of the confidence interval, in the same unit"),
    n: z.int().positive().describe("count of independent units behind the figure: items, or training seeds"),
    confidence: z.literal(0.95).describe("probability that the interval covers the true value"),
    method: z
      .enum(["wilson", "paired-normal", "normal", "closed-form", "bootstrap"])
      .describe("how the interval was computed"),
  })
  .refine(({ value, low, high }) => low <= value && value <= high, {
    error: "expected low <= value <= high",
  });

/** Validates a {@link PlainValue}. */
export const plainValueSchema: z.ZodType<PlainValue> = z.strictObject({
  value: number.describe("the value, in the unit of its figure; no interval is known"),
});

/** Validates {@link MeasuredFigures}. */
export const measuredFiguresSchema: z.ZodType<MeasuredFigures> = z.record(
  z.string(),
  measuredSchema.describe("one measured figure, by the id under which `figures` describes it"),
);
