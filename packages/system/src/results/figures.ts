// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";

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
