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

/** What a figure of merit says about a received item, and how it is printed. */
export interface FigureInfo {
  /** Key of the figure in points, tables and CSV: `accuracy`. */
  readonly id: string;
  /** Name for axes and heads of columns: "Top-1 accuracy". */
  readonly label: string;
  /** One sentence: what is counted, over what. */
  readonly meaning: string;
  /** Unit of the value; "1" for a pure number. */
  readonly unit: string;
  /** Whether values lie in [0, 1] and are printed in percent. */
  readonly isShare: boolean;
  /** Value of a receiver that guesses; null where guessing has no meaning. */
  readonly chance: number | null;
}

const text = z.string().min(1);

/** Validates a {@link FigureInfo}. */
export const figureInfoSchema: z.ZodType<FigureInfo> = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][A-Za-z0-9]*$/)
    .describe("key of the figure in points, tables and CSV"),
  label: text.describe("name for axes and heads of columns"),
  meaning: text.describe("one sentence: what is counted, over what"),
  unit: text.describe('unit of the value; "1" for a pure number'),
  isShare: z.boolean().describe("whether values lie in [0, 1] and are printed in percent"),
  chance: z.number().nullable().describe("value of a receiver that guesses; null where that has no meaning"),
});

/** Figures that networks without a channel have beside those of the task: how near they come to the teacher. */
export const CLEAN_FIGURES: readonly FigureInfo[] = [
  {
    id: "teacherR2",
    label: "R² of the teacher's embedding",
    meaning: "share of the variance of the teacher's embedding that the network explains",
    unit: "1",
    isShare: false,
    chance: null,
  },
  {
    id: "teacherAgreement",
    label: "Agreement with the teacher",
    meaning: "share of test items on which the decision is the teacher's",
    unit: "1",
    isShare: true,
    chance: null,
  },
];
