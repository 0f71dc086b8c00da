// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import {
  type Measured,
  type MeasuredFigures,
  measuredFiguresSchema,
  measuredSchema,
  type PlainValue,
  plainValueSchema,
} from "./figures.ts";

/** A radio channel as readers meet it. */
export interface ChannelInfo {
  /** Key of the radio in lines, comparisons and channel uses: "rician(kFactorDb=6,form=block)". */
  readonly id: string;
  /** Name for titles and sentences: "Rician fading, K = 6 dB, one gain per image". */
  readonly label: string;
  /** What the channel does, as one line of mathematics; absent where its author gave none. */
  readonly formula?: string;
  /** Whether its gain is random. */
  readonly isFading: boolean;
}

const text = z.string().min(1);

/** Validates a {@link ChannelInfo}. */
export const channelInfoSchema: z.ZodType<ChannelInfo> = z.strictObject({
  id: text.describe("key of the radio in lines, comparisons and channel uses"),
  label: text.describe("name of the radio for titles and sentences"),
  formula: z.exactOptional(text).describe("what the channel does, as one line of mathematics"),
  isFading: z.boolean().describe("whether the gain of the channel is random"),
});

/** One operating point of a line. */
export interface Point {
  /** Complex channel uses per item. */
  readonly numSymbols: number;
  /** Channel bandwidth ratio, `numSymbols / (height * width * channels)`. */
  readonly cbr: number;
  /** Pilots beside them [complex channel uses], where the receiver estimates the channel; the same for all lines. */
  readonly numPilots?: number;
  /** Energy per complex channel use over noise density, with E|h|^2 = 1 [dB]. */
  readonly esNoDb: number;
  /** Signal over noise and interference [dB], where there is interference. */
  readonly sinrDb?: number;
  /** By the ids of the figures; a figure that the line does not have is absent. */
  readonly figures: MeasuredFigures;
}

/** Every {@link LineRole}, in the order of legends. */
export const LINE_ROLES = ["link", "rival", "baseline", "digital", "bound"] as const;

/**
 * What a line stands for: the learned link; another learned one; a code for the answer alone; images or embeddings as
 * bits, with a digital code; a limit that no code of this length reaches.
 */
export type LineRole = (typeof LINE_ROLES)[number];

/** One system on one channel: a curve over Es/N0 for each length. */
export interface ResultLine {
  readonly id: string;
  readonly label: string;
  readonly role: LineRole;
  /** Id of the radio: "awgn", "rayleigh-block", "rician(kFactorDb=6,form=block)". */
  readonly channel: string;
  /** Signal over interference [dB], where there is interference. */
  readonly sirDb?: number;
  readonly points: readonly Point[];
}

/** A network without a channel. */
export interface CleanLine {
  /** "teacher" and "student" are the two that others are compared with. */
  readonly id: string;
  readonly label: string;
  /** By the ids of figures and clean figures. */
  readonly figures: Readonly<Record<string, Measured | PlainValue>>;
}

/** Where a point of a line lies. */
export interface Place {
  /** Id of the radio. */
  readonly channel: string;
  /** [dB] */
  readonly esNoDb: number;
  /** Complex channel uses per item. */
  readonly numSymbols: number;
}

/** A difference of two systems over the same items, fades and noise, in the unit of its figure. */
export interface Comparison {
  readonly id: string;
  readonly label: string;
  /** Id of the figure that is compared. */
  readonly figure: string;
  /** Where both systems were measured; absent for networks without a channel. */
  readonly place?: Place;
  readonly difference: Measured;
  readonly note?: string;
}

/** Id of the comparison of the student with one that was trained alike but without a teacher. */
export const TEACHER_WORTH = "kd - no-kd";

const numSymbols = z.int().positive().describe("length of the transmission [complex channel uses per item]");
const esNoDb = z.number().describe("energy per complex channel use over noise density, with E|h|^2 = 1 [dB]");
const channel = text.describe("id of the radio, as in `channels`");

const point = z
  .strictObject({
    numSymbols,
    cbr: z.number().positive().describe("channel bandwidth ratio, numSymbols / source values; no unit"),
    numPilots: z
      .exactOptional(z.int().positive())
      .describe("pilots beside the symbols, where the receiver estimates the channel [complex channel uses]"),
    esNoDb,
    sinrDb: z
      .exactOptional(z.number())
      .describe("signal over noise and interference, where there is interference [dB]"),
    figures: measuredFiguresSchema.describe("measured figures of the point, by their ids"),
  })
  .describe("one operating point");

/** Validates a {@link ResultLine}. */
export const lineSchema: z.ZodType<ResultLine> = z.strictObject({
  id: text.describe("key of the system; lines of one system over several channels share it"),
  label: text.describe("name of the system for readers"),
  role: z
    .enum(LINE_ROLES)
    .describe(
      "what the line stands for: the learned link, another learned one, a code for the answer alone, a digital code " +
        "for images or embeddings, or a limit",
    ),
  channel,
  sirDb: z.exactOptional(z.number()).describe("signal over interference, where there is interference [dB]"),
  points: z.array(point).describe("what was measured, by Es/N0, then by length"),
});

/** Validates a {@link CleanLine}. */
export const cleanLineSchema: z.ZodType<CleanLine> = z.strictObject({
  id: text.describe('key of the network; "teacher" and "student" are those that others are compared with'),
  label: text.describe("name of the network for readers"),
  figures: z
    .record(
      z.string(),
      z
        .union([measuredSchema, plainValueSchema])
        .describe("one figure, with its interval where it has one; by the id in `figures` or `cleanFigures`"),
    )
    .describe("figures of the network, by their ids"),
});

/** Validates a {@link Comparison}. */
export const comparisonSchema: z.ZodType<Comparison> = z.strictObject({
  id: text.describe("key of the comparison"),
  label: text.describe("what is compared, for readers"),
  figure: text.describe("id of the figure that is compared"),
  place: z
    .exactOptional(z.strictObject({ channel, esNoDb, numSymbols }))
    .describe("where both systems were measured; absent for networks without a channel"),
  difference: measuredSchema.describe("the first system minus the second, in the unit of the figure"),
  note: z.exactOptional(z.string()).describe("what the interval does not say"),
});
