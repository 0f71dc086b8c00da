// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import {
  type ChannelInfo,
  channelInfoSchema,
  type CleanLine,
  cleanLineSchema,
  type Comparison,
  comparisonSchema,
  lineSchema,
  type ResultLine,
} from "./lines.ts";
import { type ChannelUses, channelUsesSchema } from "./channel-uses.ts";
import { type FigureInfo, figureInfoSchema } from "./figures.ts";
import { type Matrix, matrixSchema } from "./matrix.ts";
import { type Provenance, provenanceSchema } from "./provenance.ts";

export type { ChannelInfo } from "./lines.ts";
export type { ChannelUses } from "./channel-uses.ts";
export type { FigureInfo } from "./figures.ts";
export { LINE_ROLES, TEACHER_WORTH } from "./lines.ts";
export type { CleanLine, Comparison, LineRole, Place, Point, ResultLine } from "./lines.ts";
export type { Measured, MeasuredFigures, PlainValue } from "./figures.ts";
export { provenanceSchema } from "./provenance.ts";
export type { Provenance } from "./provenance.ts";

/** What one part costs: parameters, and multiply-accumulates per item. */
export interface LedgerRow {
  readonly part: string;
  readonly side: "device" | "receiver" | "training-only";
  /** Id of the line that the part belongs to; absent for what the main line shares with others. */
  readonly line?: string;
  readonly params: number;
  readonly macs: number;
  readonly note?: string;
}

/** One metric over the steps of a training stage. */
export interface Curve {
  readonly stage: string;
  /** Key of the metric: "loss" or a term of it, or the id of a figure. */
  readonly metric: string;
  /** Name of the metric for axes and legends. */
  readonly label: string;
  readonly points: readonly (readonly [step: number, value: number])[];
}

/** The results file: the only thing that reports read. */
export interface Results {
  readonly schema: "semlink-results/2";
  readonly name: string;
  /** What is asked of the receiver. */
  readonly task: { readonly name: string };
  /** Figures of merit of points and matrix; the first one leads. */
  readonly figures: readonly FigureInfo[];
  /** Further figures, of networks without a channel. */
  readonly cleanFigures: readonly FigureInfo[];
  /** Every radio that lines, comparisons, matrix and channel uses name, in the order of charts. */
  readonly channels: readonly ChannelInfo[];
  /** Id of the line that everything is compared with. */
  readonly main: string;
  /** The resolved configuration. */
  readonly experiment: unknown;
  readonly provenance: Provenance;
  readonly conventions: readonly string[];
  readonly clean: readonly CleanLine[];
  readonly lines: readonly ResultLine[];
  readonly comparisons: readonly Comparison[];
  readonly ledger: readonly LedgerRow[];
  /** Absent in files of earlier versions. */
  readonly channelUses?: readonly ChannelUses[];
  readonly curves: readonly Curve[];
  /** Lines under conditions they were not made for; absent when not measured. */
  readonly matrix?: Matrix;
  /** Digest of each final artifact by name: equal in two runs that ended with the same bits. */
  readonly bits?: Readonly<Record<string, string>>;
}

const text = z.string().min(1);
const count = z.int().nonnegative();

/** Validates a {@link LedgerRow}. */
export const ledgerRowSchema: z.ZodType<LedgerRow> = z
  .strictObject({
    part: text.describe("name of the part for readers"),
    side: z.enum(["device", "receiver", "training-only"]).describe("where the part is carried"),
    line: z
      .exactOptional(text)
      .describe("id of the line that the part belongs to; absent for what the main line shares with others"),
    params: count.describe("count of trained parameters"),
    macs: count.describe("multiply-accumulates per item"),
    note: z.exactOptional(z.string()).describe("what the figures do not say"),
  })
  .describe("one part; the first row of side training-only is the teacher");

const curve = z
  .strictObject({
    stage: text.describe("training stage that the curve is of"),
    metric: text.describe('key of the metric: "loss" or a term of it, or the id of a figure'),
    label: text.describe("name of the metric for axes and legends"),
    points: z
      .array(z.tuple([z.number(), z.number()]))
      .describe("step [updates] and value; losses have no unit, figures have their own"),
  })
  .describe("one metric over the steps of a training stage");

/** Form of a results file; `parseResults` checks its figures as well. */
export const resultsSchema: z.ZodType<Results> = z.strictObject({
  schema: z.literal("semlink-results/2").describe("name and version of the format"),
  name: text.describe("name of the run"),
  task: z
    .strictObject({ name: text.describe("name of the task, as in the configuration") })
    .describe("what is asked of the receiver"),
  figures: z
    .array(figureInfoSchema.describe("one figure of merit"))
    .min(1)
    .describe("figures of points and matrix; the first one leads"),
  cleanFigures: z
    .array(figureInfoSchema.describe("one figure of merit"))
    .describe("further figures, of networks without a channel"),
  channels: z
    .array(channelInfoSchema.describe("one radio channel"))
    .describe("every radio that the file names, in the order of charts"),
  main: text.describe("id of the line that everything is compared with"),
  experiment: z.unknown().describe("the resolved configuration"),
  provenance: provenanceSchema.describe("what would be needed to measure the same again"),
  conventions: z.array(z.string()).describe("what every figure assumes, one sentence each"),
  clean: z
    .array(cleanLineSchema.describe("one network without a channel"))
    .describe("networks without a channel"),
  lines: z
    .array(lineSchema.describe("one system on one channel"))
    .describe("systems over Es/N0 and length, one for each channel"),
  comparisons: z
    .array(comparisonSchema.describe("one paired difference"))
    .describe("differences of two systems over the same items, fades and noise"),
  ledger: z.array(ledgerRowSchema).describe("what each part costs"),
  channelUses: z
    .exactOptional(z.array(channelUsesSchema.describe("channel uses of one item over one channel")))
    .describe("channel uses by what they carry; absent in files of earlier versions"),
  curves: z.array(curve).describe("training curves"),
  matrix: z
    .exactOptional(matrixSchema)
    .describe("systems under conditions they were not made for; absent when not measured"),
  bits: z
    .exactOptional(z.record(z.string(), z.string().describe("digest of one artifact, hexadecimal")))
    .describe("digest of each final artifact by name: equal in two runs that ended with the same bits"),
});
