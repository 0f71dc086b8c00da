// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { channelSpecSchema } from "../../channel/channel-spec.ts";
import { defaultAxes, type MatrixAxis } from "./default-axes.ts";
import type { LineName } from "../../lines/line-names.ts";
import {
  type BrokenRule,
  checkRules,
  count,
  esNoDb,
  notDistinct,
  notIncreasing,
  type Written,
} from "../../config/fields.ts";

/** Lines beside the links that a mismatch can hurt; a limit has none. */
export const matrixLineNames = ["label-code", "repetition-qpsk", "digital-features", "separation"] as const;

/** Name of a line of a matrix beside the links. */
export type MatrixLineName = Extract<LineName, (typeof matrixLineNames)[number]>;

/** The `evaluate.matrix` part of an experiment, complete; each key is described in its schema. */
export interface MatrixConfig {
  readonly images: number;
  readonly esNoDb: readonly number[];
  readonly numSymbols: number;
  readonly axes: readonly MatrixAxis[];
  readonly baselines: readonly MatrixLineName[];
  readonly against: readonly string[];
}

/** A {@link MatrixConfig} before the length is taken over from the codec. */
export type MatrixDraft = Omit<MatrixConfig, "numSymbols"> & Written<Pick<MatrixConfig, "numSymbols">>;

const USUAL_SYMBOLS = 16;

const condition = z.strictObject({
  name: z.string().min(1).describe("for the head of a column"),
  channel: channelSpecSchema.describe("channel, impairments and receiver"),
});

const axis: z.ZodType<MatrixAxis, MatrixAxis> = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .describe("small letters, digits and hyphens; also in names of files"),
  title: z.string().min(1).describe("for the head of a table"),
  conditions: z.array(condition).min(1).describe("what differs; the first is what others are compared with"),
});

/** Validates the `evaluate.matrix` part of an experiment on its own. */
export const matrixConfigSchema: z.ZodType<MatrixDraft, Written<MatrixConfig>> = z
  .strictObject({
    images: count("images, drawn at random; all when there are fewer", 2).default(2000),
    esNoDb: z.array(esNoDb("Es/N0 [dB]")).min(1).default([0, 10]).describe("Es/N0 of the conditions [dB]"),
    numSymbols: count(
      `transmission length [complex symbols]; by default the codec's longest up to ${USUAL_SYMBOLS}`,
    ).optional(),
    axes: z
      .array(axis)
      .min(1)
      .default([...defaultAxes])
      .describe("tables, each a list of conditions that every system meets"),
    baselines: z
      .array(z.enum(matrixLineNames))
      .default(["label-code", "repetition-qpsk"])
      .describe("lines beside the links; separation and digital features take minutes"),
    against: z
      .array(z.string().min(1))
      .default([])
      .describe("folders of other runs on the same data, whose links are measured as well"),
  })
  .check(checkRules(rulesBrokenBy))
  .describe("mismatch: trained links and other lines under conditions they were not made for");

/** A matrix with its length: the one that is written, or the longest of the codec's up to 16, or its shortest. */
export function completeMatrix(draft: MatrixDraft, lengths: readonly number[]): MatrixConfig {
  const usual = lengths.findLast((length) => length <= USUAL_SYMBOLS) ?? lengths[0]!;
  return { ...draft, numSymbols: draft.numSymbols ?? usual };
}

function* rulesBrokenBy({
  esNoDb: levels,
  axes,
  baselines,
}: MatrixDraft): Generator<BrokenRule, void, undefined> {
  yield* notIncreasing(["esNoDb"], levels);
  yield* notDistinct(["baselines"], baselines, "each line is measured once; leave one out");
  yield* notDistinct(
    ["axes"],
    axes.map(({ id }) => id),
    "results tell axes by their ids; rename one",
  );
  for (const [index, { conditions }] of axes.entries()) {
    const names = conditions.map(({ name }) => name);
    yield* notDistinct(
      ["axes", index, "conditions"],
      names,
      "results tell conditions by their names; rename one",
    );
  }
}
