// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import type { CodecConfig } from "../../codec/codec-config.ts";
import type { BrokenRule } from "../../config/fields.ts";
import type { LearnedLine } from "./learned-line.ts";
import { learnedLines } from "./learned-lines.ts";

/** A learned line of an experiment, complete. */
export interface LearnedLineSpec {
  /** Key in results; unique in the experiment. */
  readonly id: string;
  /** Name of the line. */
  readonly line: string;
  /** Version of the line: raised when the same settings lead to other weights. */
  readonly version: number;
  /** Name for legends; the line's own when absent. */
  readonly label?: string | undefined;
  /** Checked by the line's own schema. */
  readonly settings: unknown;
  /** Module of a user's own that exports the line, and the sha256 (hex) of its content. */
  readonly module?: string | undefined;
  readonly digest?: string | undefined;
}

/** A learned line as a configuration writes it: its name, or an object with its settings. */
export type WrittenLine =
  | string
  | {
      readonly line?: string | undefined;
      readonly id?: string | undefined;
      readonly label?: string | undefined;
      readonly module?: string | undefined;
      readonly digest?: string | undefined;
      readonly [setting: string]: unknown;
    };

/** Lines that an experiment trains unless it says otherwise. */
export const usualLearnedLines = ["cat", "film-mlp"] as const;

const id = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  .describe("key in results and files; by default the name of the line")
  .optional();
const label = z.string().min(1).describe("name in legends; by default the line's own").optional();

const names = learnedLines.map(({ name }) => name);

/** An entry with settings of the line; what is left out is taken from the codec section, or is the line's default. */
function lineObject({ name, settings }: LearnedLine): z.ZodType<WrittenLine, WrittenLine> {
  const shape = settings instanceof z.ZodObject ? Object.entries<z.ZodType>(settings.shape) : [];
  const own = shape.map(([key, type]) => {
    const plain = type instanceof z.ZodDefault ? (type.unwrap() as z.ZodType) : type;
    return [key, plain.describe(type.description ?? key).optional()];
  });
  const object = z.strictObject({
    line: z.literal(name),
    id,
    label,
    ...(Object.fromEntries(own) as z.ZodRawShape),
  });
  return object;
}

const ownLineObject: z.ZodType<WrittenLine, WrittenLine> = z.looseObject({
  module: z.string().min(1).describe("module of one's own that exports `line`, made by defineLine"),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("sha256 of the module; filled in when the configuration is read"),
  line: z.string().min(1).describe("name of its line; filled in when the configuration is read"),
  id,
  label,
});

/** Validates the `lines` part of an experiment. */
export const linesSchema: z.ZodType<readonly WrittenLine[], readonly WrittenLine[]> = z
  .array(z.union([z.enum(names), ...learnedLines.map(lineObject), ownLineObject]))
  .min(1)
  .describe(
    "learned lines to train and measure; the first is the one that everything is compared with. A name, or its settings: { line: deep-jscc, esNoInput: false }",
  );

/** Lines of a user's own modules by the digest of the module. */
export type OwnLines = Readonly<Record<string, LearnedLine>>;

/**
 * An entry with all of its settings: its own, then those of the codec section for lines of that name, then the line's
 * defaults. The entry of a module that is not among `own` stays as it is.
 *
 * @returns the entry, or what is wrong with its settings
 */
export function completeLine(
  written: WrittenLine,
  codec: Pick<CodecConfig, "cat" | "filmMlp">,
  own: OwnLines = {},
): z.ZodSafeParseResult<WrittenLine> {
  const { line: name, id: key, label: text, module, digest, ...settings } = objectOf(written);
  const line = lineOf(name, digest, own);
  if (!line) return { success: true, data: written };
  const inherited: Readonly<Record<string, object>> = { cat: codec.cat, "film-mlp": codec.filmMlp };
  const complete = line.settings.safeParse({ ...inherited[line.name], ...settings });
  if (!complete.success) return { success: false, error: complete.error as z.ZodError<WrittenLine> };
  const data = {
    line: line.name,
    id: key ?? line.name,
    ...(text === undefined ? {} : { label: text }),
    ...(digest === undefined ? {} : { module, digest }),
    ...(complete.data as object),
  };
  return { success: true, data };
}

/** Complete entries as stages take them. */
export function lineSpecs(lines: readonly WrittenLine[], own: OwnLines = {}): LearnedLineSpec[] {
  return lines.map((written): LearnedLineSpec => {
    const { line: name, id: key, label: text, module, digest, ...settings } = objectOf(written);
    const line = lineOf(name, digest, own)!;
    return {
      id: key ?? line.name,
      line: line.name,
      version: line.version,
      ...(text === undefined ? {} : { label: text }),
      ...(digest === undefined ? {} : { module, digest }),
      settings,
    };
  });
}

function objectOf(written: WrittenLine): Exclude<WrittenLine, string> {
  return typeof written === "string" ? { line: written } : written;
}

function lineOf(
  name: string | undefined,
  digest: string | undefined,
  own: OwnLines,
): LearnedLine | undefined {
  return digest === undefined ? learnedLines.find((known) => known.name === name) : own[digest];
}

/** Rule: lines are told apart by their ids. */
export function* sameIds(lines: readonly WrittenLine[]): Generator<BrokenRule, void, undefined> {
  const ids = lines.map((written) => objectOf(written).id ?? objectOf(written).line);
  const twice = ids.findIndex((key, index) => ids.indexOf(key) < index);
  if (twice < 0) return;
  const hint = "results tell lines by their ids: give one of the two an id of its own, or leave it out";
  yield { path: ["lines", twice], expected: "ids that differ", actual: ids[twice], hint };
}
