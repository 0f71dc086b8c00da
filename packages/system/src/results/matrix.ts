// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { type MeasuredFigures, measuredFiguresSchema } from "./figures.ts";

/** A row of a matrix: a link of this run or of another, a label line, or a digital one. */
export interface MatrixSystem {
  readonly id: string;
  readonly label: string;
  readonly role: "link" | "rival" | "baseline" | "digital";
  /** Names of the radios met in training; empty for what was not trained. */
  readonly trainedOn: readonly string[];
}

/** One system under one condition at one Es/N0. */
export interface MatrixCell {
  /** Id of the system. */
  readonly system: string;
  /** Name of the condition. */
  readonly condition: string;
  readonly esNoDb: number;
  readonly figures: MeasuredFigures;
  /** Each figure minus that under the first condition of the axis, on the same items; empty for the first. */
  readonly changes: MeasuredFigures;
}

/** Systems under conditions that differ in one respect. */
export interface MatrixTable {
  readonly id: string;
  readonly title: string;
  readonly conditions: readonly {
    readonly name: string;
    /** Name of the radio. */
    readonly channel: string;
    /** Channel uses for pilots, beside the symbols. */
    readonly numPilots: number;
    /** Channel uses for cyclic prefixes and on idle subcarriers, where there are any. */
    readonly numGuard?: number;
    /** Signal over interference [dB], where there is interference. */
    readonly sirDb?: number;
    /** Signal over noise and interference for each Es/N0 [dB], where there is interference. */
    readonly sinrDb?: readonly number[];
  }[];
  readonly cells: readonly MatrixCell[];
}

/** The mismatch matrix: every system under every condition of every axis. */
export interface Matrix {
  /** Complex channel uses per image. */
  readonly numSymbols: number;
  readonly esNoDb: readonly number[];
  readonly systems: readonly MatrixSystem[];
  readonly axes: readonly MatrixTable[];
}

const text = z.string().min(1);
const esNoDb = z.number().describe("energy per complex channel use over noise density [dB]");

const cell = z
  .strictObject({
    system: text.describe("id of the system"),
    condition: text.describe("name of the condition"),
    esNoDb,
    figures: measuredFiguresSchema.describe("measured figures of the place, by their ids"),
    changes: measuredFiguresSchema.describe(
      "each figure minus that under the first condition, on the same items; empty for the first condition",
    ),
  })
  .describe("one system under one condition at one Es/N0");

const condition = z
  .strictObject({
    name: text.describe("name of the condition, unique in its axis"),
    channel: text.describe("id of the radio, as in `channels`"),
    numPilots: z.int().nonnegative().describe("pilots beside the symbols [complex channel uses per item]"),
    numGuard: z
      .exactOptional(z.int().positive())
      .describe("cyclic prefixes and idle subcarriers, where there are any [complex channel uses per item]"),
    sirDb: z.exactOptional(z.number()).describe("signal over interference, where there is interference [dB]"),
    sinrDb: z
      .exactOptional(z.array(z.number()))
      .describe("signal over noise and interference, one for each Es/N0 of the matrix [dB]"),
  })
  .describe("one condition");

const table = z
  .strictObject({
    id: text.describe("key of the axis, part of the names of its files"),
    title: text.describe("what differs between the conditions, for readers"),
    conditions: z.array(condition).describe("the conditions; changes are taken from the first"),
    cells: z.array(cell).describe("what was measured"),
  })
  .describe("one axis: conditions that differ in one respect");

const system = z
  .strictObject({
    id: text.describe("key of the system"),
    label: text.describe("name of the system for readers"),
    role: z
      .enum(["link", "rival", "baseline", "digital"])
      .describe("what the system stands for; the run's main line is the link"),
    trainedOn: z.array(text).describe("ids of the radios met in training; empty for what was not trained"),
  })
  .describe("one system");

/** Validates a {@link Matrix}. */
export const matrixSchema: z.ZodType<Matrix> = z.strictObject({
  numSymbols: z.int().positive().describe("length of every transmission [complex channel uses per item]"),
  esNoDb: z.array(esNoDb).describe("the Es/N0 at which all was measured [dB]"),
  systems: z.array(system).describe("rows of the matrix"),
  axes: z.array(table).describe("groups of columns"),
});
