// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import * as z from "zod";
import { type ChannelUses, channelUsesSchema } from "./channel-uses.ts";
import { type Measured, measured, share } from "./measured.ts";
import { type Matrix, matrixSchema } from "./matrix.ts";

export type { ChannelUses } from "./channel-uses.ts";
export type { Measured } from "./measured.ts";

/** One operating point of a line. */
export interface Point {
  /** Complex channel uses per image. */
  readonly numSymbols: number;
  /** Channel bandwidth ratio, `numSymbols / (height * width * 3)`. */
  readonly cbr: number;
  /** Pilots beside them [complex channel uses], where the receiver estimates the channel; the same for all lines. */
  readonly numPilots?: number;
  /** Energy per complex channel use over noise density, with E|h|^2 = 1 [dB]. */
  readonly esNoDb: number;
  /** Signal over noise and interference [dB], where there is interference. */
  readonly sinrDb?: number;
  readonly accuracy: Measured;
  /** Share of the embedding's variance that arrives, at most 1. */
  readonly embeddingR2?: Measured;
  /** How often the received embedding finds its own image among 100. */
  readonly identity100?: Measured;
}

/** Every {@link LineRole}, in the order of legends. */
export const LINE_ROLES = ["link", "rival", "baseline", "digital", "bound"] as const;

/**
 * What a line stands for: the learned link; another learned one; a code for the label alone; images or embeddings as
 * bits, with a digital code; a limit that no code of this length reaches.
 */
export type LineRole = (typeof LINE_ROLES)[number];

/** A curve of the accuracy-versus-Es/N0 plot on one channel. */
export interface Line {
  readonly id: string;
  readonly label: string;
  readonly role: LineRole;
  /** Name of the radio: "awgn", "rayleigh-block", "rician(kFactorDb=6,form=block)". */
  readonly channel: string;
  /** Signal over interference [dB], where there is interference. */
  readonly sirDb?: number;
  readonly points: readonly Point[];
}

/** A network without a channel. */
export interface CleanLine {
  readonly id: string;
  readonly label: string;
  readonly accuracy: Measured;
  /** Share of the teacher feature's variance that is explained. */
  readonly r2?: number;
  /** Share of images on which the prediction is the teacher's. */
  readonly agreement?: number;
}

/** A difference of two systems over the same images, fades and noise; accuracy as a fraction. */
export interface Comparison {
  readonly id: string;
  readonly label: string;
  /** Where both systems were measured; absent for networks without a channel. */
  readonly place?: Pick<Point, "esNoDb" | "numSymbols"> & Pick<Line, "channel">;
  readonly difference: Measured;
  readonly note?: string;
}

/** What one part costs: parameters, and multiply-accumulates per image. */
export interface LedgerRow {
  readonly part: string;
  readonly side: "device" | "receiver" | "training-only";
  readonly params: number;
  readonly macs: number;
  readonly note?: string;
}

/** One metric over the steps of a training stage. */
export interface Curve {
  readonly stage: string;
  readonly metric: string;
  readonly points: readonly (readonly [step: number, value: number])[];
}

/** What would be needed to measure the same again. */
export interface Provenance {
  readonly command: string;
  readonly commit: string;
  readonly version: string;
  readonly node: string;
  readonly onnxruntime: string;
  readonly executionProvider: string;
  readonly kernels: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly seed: number;
  readonly configHash: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationS: number;
  readonly peakMemoryMiB: number;
  readonly stages: readonly {
    readonly stage: string;
    readonly durationS: number;
    readonly cached: boolean;
  }[];
}

/** The results file: the only thing that reports read. */
export interface Results {
  readonly schema: "semlink-results/1";
  readonly name: string;
  /** The resolved configuration. */
  readonly experiment: unknown;
  readonly provenance: Provenance;
  readonly conventions: readonly string[];
  readonly clean: readonly CleanLine[];
  readonly lines: readonly Line[];
  readonly comparisons: readonly Comparison[];
  readonly ledger: readonly LedgerRow[];
  /** Absent in files of earlier versions. */
  readonly channelUses?: readonly ChannelUses[];
  readonly curves: readonly Curve[];
  /** Links and label lines under conditions they were not made for; absent when not measured. */
  readonly matrix?: Matrix;
  /** Digest of each final artifact by name: equal in two runs that ended with the same bits. */
  readonly bits?: Readonly<Record<string, string>>;
}

const text = z.string().min(1);
const count = z.int().nonnegative();
const amount = z.number().nonnegative();

const point = z.strictObject({
  numSymbols: z.int().positive(),
  cbr: z.number().positive(),
  numPilots: z.exactOptional(z.int().positive()),
  esNoDb: z.number(),
  sinrDb: z.exactOptional(z.number()),
  accuracy: measured(share),
  embeddingR2: z.exactOptional(measured(z.number())),
  identity100: z.exactOptional(measured(share)),
});

const line = z.strictObject({
  id: text,
  label: text,
  role: z.enum(LINE_ROLES),
  channel: text,
  sirDb: z.exactOptional(z.number()),
  points: z.array(point),
});

/** Validates a {@link Provenance}. */
export const provenanceSchema: z.ZodType<Provenance> = z.strictObject({
  command: z.string(),
  commit: z.string(),
  version: z.string(),
  node: z.string(),
  onnxruntime: z.string(),
  executionProvider: z.string(),
  kernels: z.string(),
  cpu: z.string(),
  cores: z.int().positive(),
  memoryGiB: amount,
  platform: z.string(),
  seed: z.int(),
  configHash: z.string(),
  startedAt: z.iso.datetime(),
  durationS: amount,
  peakMemoryMiB: amount,
  stages: z.array(z.strictObject({ stage: text, durationS: amount, cached: z.boolean() })),
});

const schema: z.ZodType<Results> = z.strictObject({
  schema: z.literal("semlink-results/1"),
  name: text,
  experiment: z.unknown(),
  provenance: provenanceSchema,
  conventions: z.array(z.string()),
  clean: z.array(
    z.strictObject({
      id: text,
      label: text,
      accuracy: measured(share),
      r2: z.exactOptional(z.number().max(1)),
      agreement: z.exactOptional(share),
    }),
  ),
  lines: z.array(line),
  comparisons: z.array(
    z.strictObject({
      id: text,
      label: text,
      place: z.exactOptional(
        z.strictObject({
          channel: text,
          esNoDb: z.number(),
          numSymbols: z.int().positive(),
        }),
      ),
      difference: measured(z.number()),
      note: z.exactOptional(z.string()),
    }),
  ),
  ledger: z.array(
    z.strictObject({
      part: text,
      side: z.enum(["device", "receiver", "training-only"]),
      params: count,
      macs: count,
      note: z.exactOptional(z.string()),
    }),
  ),
  channelUses: z.exactOptional(z.array(channelUsesSchema)),
  curves: z.array(
    z.strictObject({ stage: text, metric: text, points: z.array(z.tuple([z.number(), z.number()])) }),
  ),
  matrix: z.exactOptional(matrixSchema),
  bits: z.exactOptional(z.record(z.string(), z.string())),
});

/**
 * Results checked against their schema: unknown keys, numbers that are not finite and shares outside [0, 1] are
 * refused.
 *
 * @param json - text of a results file, or the value read from one
 * @param where - name of the file, for the message
 * @throws SemlinkError "invalid-results" naming the file and the path inside it
 */
export function parseResults(json: unknown, where: string): Results {
  const value = typeof json === "string" ? parseJson(json, where) : json;
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0]!;
  const path = issue.path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  const [, expected = issue.message, received] =
    /expected (.*?)(?:, received (.*))?$/.exec(issue.message) ?? [];
  throw new SemlinkError({
    code: "invalid-results",
    where: `${where} at ${path.replace(/^\./, "") || "the top"}`,
    expected: issue.code === "unrecognized_keys" ? "known keys only" : expected,
    actual:
      issue.code === "unrecognized_keys" ? issue.keys.join(", ") : (received ?? valueText(value, issue.path)),
    hint: "the file is not semlink-results/1, or was altered; measure again with `semlink evaluate`",
  });
}

/** The published JSON Schema (draft 2020-12) of the results file. */
export function resultsJsonSchema(): Record<string, unknown> {
  return { title: "semlink results", ...z.toJSONSchema(schema) };
}

function parseJson(json: string, where: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new SemlinkError({
      code: "invalid-results",
      where,
      expected: "JSON",
      actual: cause instanceof Error ? cause.message : String(cause),
      hint: "the file is damaged; measure again with `semlink evaluate`",
      cause,
    });
  }
}

/** The value that an issue's path leads to, shortened for a message. */
function valueText(root: unknown, path: readonly PropertyKey[]): string {
  let value = root;
  for (const key of path) {
    value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  }
  return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 100);
}
