// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { type Measured, measured, share } from "./measured.ts";

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
  readonly accuracy: Measured;
  /** Share of the embedding's variance that arrives, at most 1. */
  readonly embeddingR2?: Measured;
  /** Accuracy minus that under the first condition of the axis, on the same images; absent for the first. */
  readonly change?: Measured;
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

const cell = z.strictObject({
  system: text,
  condition: text,
  esNoDb: z.number(),
  accuracy: measured(share),
  embeddingR2: z.exactOptional(measured(z.number())),
  change: z.exactOptional(measured(z.number())),
});

const table = z.strictObject({
  id: text,
  title: text,
  conditions: z.array(
    z.strictObject({
      name: text,
      channel: text,
      numPilots: z.int().nonnegative(),
      numGuard: z.exactOptional(z.int().positive()),
      sirDb: z.exactOptional(z.number()),
      sinrDb: z.exactOptional(z.array(z.number())),
    }),
  ),
  cells: z.array(cell),
});

/** Validates a {@link Matrix}. */
export const matrixSchema: z.ZodType<Matrix> = z.strictObject({
  numSymbols: z.int().positive(),
  esNoDb: z.array(z.number()),
  systems: z.array(
    z.strictObject({
      id: text,
      label: text,
      role: z.enum(["link", "rival", "baseline", "digital"]),
      trainedOn: z.array(text),
    }),
  ),
  axes: z.array(table),
});
