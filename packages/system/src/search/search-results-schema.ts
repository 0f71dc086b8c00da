// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import * as z from "zod";
import { provenanceSchema } from "../results/results.ts";
import { proposalSchema } from "./search-config.ts";
import { studentConfigSchema } from "../student/student-config.ts";
import { genotypeSchema } from "../cells/genotype.ts";
import type { SearchEpoch, SearchResults, SearchTrace } from "./search-results.ts";

/** File of the results in the folder of a run. */
export const SEARCH_FILE = "search.json";

const text = z.string().min(1);
const count = z.int().nonnegative();
const amount = z.number().nonnegative();
const share = z.number().min(0).max(1);
const cost = { macs: amount, params: amount };
const ofCells = <T extends z.ZodType>(value: T): z.ZodObject<{ normal: T; reduce: T }> =>
  z.strictObject({ normal: value, reduce: value });

/** Validates the record of an epoch. */
export const searchEpochSchema: z.ZodType<SearchEpoch> = z.strictObject({
  epoch: count,
  lowerLoss: z.number(),
  upperLoss: z.number(),
  oneShotAccuracy: share,
  entropy: ofCells(amount),
  expected: z.strictObject(cost),
  complexityWeight: amount,
  gradientNorm: z.strictObject({ task: amount, penalty: amount }),
  strengths: ofCells(z.array(z.array(amount))),
  genotype: genotypeSchema,
  derived: z.strictObject(cost),
  numChanges: count,
  alarms: z.array(z.string()),
});

/** Validates a search from its first epoch to its genotype. */
export const searchTraceSchema: z.ZodType<SearchTrace> = z.strictObject({
  id: text,
  label: text,
  seed: z.int(),
  config: proposalSchema,
  epochs: z.array(searchEpochSchema).min(1),
  genotype: genotypeSchema,
  durationS: amount,
});

const architecture = z.strictObject({
  id: text,
  label: text,
  origin: z.enum(["kdl", "ce", "no-penalty", "variant", "random", "residual-cnn", "plain-cnn"]),
  student: studentConfigSchema,
  genotype: genotypeSchema.nullable(),
  ...cost,
  latencyMs: amount.nullable(),
  proposedBy: z.strictObject({ trace: text, epoch: count }).nullable(),
  oneShotAccuracy: share.nullable(),
});

const budget = z.strictObject({ numImages: z.int().positive(), epochs: z.int().positive() });

const trial = z.strictObject({
  architecture: text,
  budget,
  seed: z.int(),
  measuredOn: z.enum(["validation", "test"]),
  accuracy: share.nullable(),
  r2: z.number().max(1).nullable(),
  durationS: amount,
  failure: z.string().nullable(),
});

const selection = z.strictObject({
  pool: z.enum(["kdl", "random"]),
  rounds: z.array(z.strictObject({ budget, trials: z.array(trial), kept: z.array(text) })),
  chosen: text,
  searchS: amount,
  trialsS: amount,
});

const estimate = z
  .strictObject({ value: z.number(), low: z.number(), high: z.number(), n: z.int().positive() })
  .refine(({ value, low, high }) => low <= value && value <= high, {
    error: "expected low <= value <= high",
  });

const schema: z.ZodType<SearchResults> = z
  .strictObject({
    schema: z.literal("semlink-search/1"),
    name: text,
    provenance: provenanceSchema,
    primitives: z.array(text),
    traces: z.array(searchTraceSchema),
    architectures: z.array(architecture),
    selections: z.array(selection),
    finals: z.array(trial),
    comparisons: z.array(
      z.strictObject({
        label: text,
        minuend: z.array(text),
        subtrahend: z.array(text),
        difference: estimate,
        method: text,
      }),
    ),
    correlations: z.array(z.strictObject({ between: text, and: text, spearman: estimate })),
    chosen: text,
  })
  .refine(({ architectures, chosen }) => architectures.some(({ id }) => id === chosen), {
    error: "expected the id of an architecture",
    path: ["chosen"],
  });

/**
 * Results of a search checked against their schema: unknown keys and numbers that are not finite are refused.
 *
 * @param json - text of the file, or the value read from it
 * @param where - name of the file, for the message
 * @throws SemlinkError "invalid-results" naming the file and the path inside it
 */
export function parseSearchResults(json: unknown, where: string): SearchResults {
  const checked = schema.safeParse(typeof json === "string" ? parsedJson(json, where) : json);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0]!;
  throw invalid(`${where} at ${issue.path.join(".") || "the top"}`, issue.message);
}

/** The published JSON Schema (draft 2020-12) of the file. */
export function searchResultsJsonSchema(): Record<string, unknown> {
  return { title: "semlink search results", ...z.toJSONSchema(schema, { io: "input" }) };
}

function parsedJson(json: string, where: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw invalid(where, "not JSON", cause);
  }
}

function invalid(where: string, actual: string, cause?: unknown): SemlinkError {
  return new SemlinkError({
    code: "invalid-results",
    where,
    expected: "semlink-search/1",
    actual,
    hint: "the file is of another version, or was altered; run `semlink search` again",
    cause,
  });
}
