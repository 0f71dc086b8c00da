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

/** Validates a share of something, in [0, 1]. */
export const share: z.ZodNumber = z.number().min(0).max(1);

/** Validates a {@link Measured} whose kind bounds the interval as well. */
export const measured = (value: z.ZodNumber): z.ZodType<Measured> =>
  z
    .strictObject({
      value,
      low: value,
      high: value,
      n: z.int().positive(),
      confidence: z.literal(0.95),
      method: z.enum(["wilson", "paired-normal", "normal", "closed-form", "bootstrap"]),
    })
    .refine(({ value, low, high }) => low <= value && value <= high, {
      error: "expected low <= value <= high",
    });
