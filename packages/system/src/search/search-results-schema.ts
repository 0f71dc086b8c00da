// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import * as z from "zod";
import { provenanceSchema } from "../results/results.ts";
import { proposalSchema } from "./search-config.ts";
import { studentConfigSchema } from "../student/student-config.ts";
import { genotypeSchema } from "../cells/genotype.ts";
import { isFirstVersion, upgradedSearch } from "./search-results-1.ts";
import type { FoundTrace, SearchEpoch, SearchResults, SearchTrace } from "./search-results.ts";
import { leadingValue } from "./search-results.ts";
import { figureInfoSchema } from "../results/figures.ts";

/** File of the results in the folder of a run. */
export const SEARCH_FILE = "search.json";

const text = z.string().min(1);
const count = z.int().nonnegative();
const amount = z.number().nonnegative();
const cost = { macs: amount, params: amount };
const ofCells = <T extends z.ZodType>(value: T): z.ZodObject<{ normal: T; reduce: T }> =>
  z.strictObject({ normal: value, reduce: value });

/** Validates the record of an epoch. */
export const searchEpochSchema: z.ZodType<SearchEpoch> = z.strictObject({
  epoch: count,
  lowerLoss: z.number(),
  upperLoss: z.number(),
  oneShot: z.number(),
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

const traceFields = {
  seed: z.int(),
  config: proposalSchema,
  epochs: z.array(searchEpochSchema).min(1),
  genotype: genotypeSchema,
  durationS: amount,
};

/** Validates a search before a study has named it. */
export const foundTraceSchema: z.ZodType<FoundTrace> = z.strictObject(traceFields);

const searchTraceSchema: z.ZodType<SearchTrace> = z.strictObject({ id: text, label: text, ...traceFields });

const architecture = z.strictObject({
  id: text,
  label: text,
  origin: z.enum(["kdl", "ce", "no-penalty", "variant", "random", "residual-cnn", "plain-cnn"]),
  student: studentConfigSchema,
  genotype: genotypeSchema.nullable(),
  ...cost,
  latencyMs: amount.nullable(),
  proposedBy: z.strictObject({ trace: text, epoch: count }).nullable(),
  oneShot: z.number().nullable(),
});

const budget = z.strictObject({ numImages: z.int().positive(), epochs: z.int().positive() });

const trial = z.strictObject({
  architecture: text,
  budget,
  seed: z.int(),
  measuredOn: z.enum(["validation", "test"]),
  figures: z.record(z.string(), z.number()),
  durationS: amount,
  failure: z.string().nullable(),
});

const selection = z.strictObject({
  pool: z.enum(["kdl", "random"]),
  rounds: z.array(z.strictObject({ budget, trials: z.array(trial), kept: z.array(text) })),
  chosen: text,
  searchMacs: amount.nullable(),
  trialsMacs: amount.nullable(),
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
    schema: z.literal("semlink-search/2"),
    name: text,
    provenance: provenanceSchema,
    figures: z.array(figureInfoSchema).min(1),
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
  })
  .check(({ value, issues }) => {
    for (const { path, message } of unfitFigures(value)) {
      issues.push({ code: "custom", input: value, path, message });
    }
  });

/** Figures of trials that the list at the top has not, shares beyond [0, 1], and runs that ended without the first. */
function* unfitFigures({
  figures,
  selections,
  finals,
}: SearchResults): Generator<{ path: (string | number)[]; message: string }, void, undefined> {
  const known = new Map(figures.map((figure) => [figure.id, figure]));
  const places = [
    ...finals.map((of, index) => ({ of, path: ["finals", index] })),
    ...selections.flatMap(({ rounds }, selection) =>
      rounds.flatMap(({ trials }, round) =>
        trials.map((of, index) => ({
          of,
          path: ["selections", selection, "rounds", round, "trials", index],
        })),
      ),
    ),
  ];
  for (const { of, path } of places) {
    if (of.failure === null && leadingValue(of, figures) === null) {
      yield { path: [...path, "figures"], message: `expected a value of ${figures[0]!.id}` };
    }
    for (const [id, value] of Object.entries(of.figures)) {
      const figure = known.get(id);
      const message = !figure
        ? `expected one of ${[...known.keys()].join(", ")}`
        : figure.isShare && !(value >= 0 && value <= 1)
          ? "expected a share in [0, 1]"
          : null;
      if (message !== null) yield { path: [...path, "figures", id], message };
    }
  }
}

/**
 * Results of a search checked against their schema: unknown keys and numbers that are not finite are refused. Files of
 * version 1 are read as well, see {@link upgradedSearch}.
 *
 * @param json - text of the file, or the value read from it
 * @param where - name of the file, for the message
 * @throws SemlinkError "invalid-results" naming the file and the path inside it
 */
export function parseSearchResults(json: unknown, where: string): SearchResults {
  const written = typeof json === "string" ? parsedJson(json, where) : json;
  const checked = schema.safeParse(isFirstVersion(written) ? upgradedSearch(written) : written);
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
    expected: "semlink-search/2",
    actual,
    hint: "the file is of another version, or was altered; run `semlink search` again",
    cause,
  });
}
