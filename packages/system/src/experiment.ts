// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { channelFamilyOf, channelId, type ChannelSpec, type OwnChannels } from "./channel/channel-spec.ts";
import { type DataConfig, dataConfigSchema } from "./data/data-config.ts";
import { type CodecConfig, codecConfigSchema } from "./codec/codec-config.ts";
import { type DistillConfig, distillConfigSchema } from "./train/distill-config.ts";
import { type EvaluateConfig, evaluateConfigSchema, type EvaluateDraft } from "./evaluate/evaluate-config.ts";
import { type BrokenRule, checkRules, notIncreasing, withoutTerms, type Written } from "./config/fields.ts";
import { keyTreeOf } from "./config/key-tree.ts";
import { completeMatrix } from "./evaluate/mismatch/matrix-config.ts";
import { invalidConfig, mistakesOf } from "./config/mistakes.ts";
import { withoutNulls, withOverrides } from "./config/overrides.ts";
import { type RobustConfig, robustConfigSchema } from "./train/robust-config.ts";
import { type SearchConfig, searchConfigSchema } from "./search/search-config.ts";
import { type StudentConfig, studentConfigSchema, type StudentInput } from "./student/student-config.ts";
import {
  type TargetsConfig,
  targetsConfigSchema,
  type TeacherConfig,
  teacherConfigSchema,
} from "./teacher/teacher-config.ts";
import {
  completeLine,
  linesSchema,
  type OwnLines,
  sameIds,
  usualLearnedLines,
  type WrittenLine,
} from "./lines/learned/line-spec.ts";
import { RUN_NAME, RUN_NAME_RULE } from "./run/run-name.ts";
import { type RuntimeConfig, runtimeConfigSchema } from "./run/runtime-config.ts";
import { tasks } from "./task/tasks.ts";

export type { DataConfig } from "./data/data-config.ts";
export type { CodecConfig, EsNoRange } from "./codec/codec-config.ts";
export type { DistillConfig, TransferConfig } from "./train/distill-config.ts";
export type { EvaluateConfig } from "./evaluate/evaluate-config.ts";
export type { MatrixConfig } from "./evaluate/mismatch/matrix-config.ts";
export type { PhaseConfig, RobustConfig } from "./train/robust-config.ts";
export type { SearchConfig } from "./search/search-config.ts";
export type { CellsConfig, StudentConfig } from "./student/student-config.ts";
export type { TargetsConfig } from "./teacher/teacher-config.ts";
export type { TeacherConfig } from "./teacher/teacher-config.ts";

/** Everything that decides the numbers of a run, complete. One section for each stage of the method. */
export interface Experiment {
  readonly name: string;
  readonly seed: number;
  /** What is asked of the receiver. */
  readonly task: string;
  readonly runtime: RuntimeConfig;
  readonly data: DataConfig;
  readonly teacher: TeacherConfig;
  readonly targets: TargetsConfig;
  readonly search: SearchConfig;
  readonly student: StudentConfig;
  readonly distill: DistillConfig;
  readonly codec: CodecConfig;
  readonly robust: RobustConfig;
  /** Learned lines, each with all of its settings; everything is compared with the first. */
  readonly lines: readonly WrittenLine[];
  readonly evaluate: EvaluateConfig;
}

/** An {@link Experiment} as a person writes it: only the name is required. */
export type ExperimentInput = {
  readonly name: string;
  readonly student?: StudentInput | undefined;
} & Written<Omit<Experiment, "name" | "student">>;

type ExperimentDraft = Omit<Experiment, "evaluate" | "lines"> & {
  readonly evaluate: EvaluateDraft;
  readonly lines?: readonly WrittenLine[] | undefined;
};

/** Channels and lines of a user's own modules, loaded. */
export interface OwnParts {
  readonly channels: OwnChannels;
  readonly lines: OwnLines;
}

const NO_PARTS: OwnParts = { channels: {}, lines: {} };

function schemaWith(parts: OwnParts): z.ZodType<Experiment, ExperimentInput> {
  return z
    .strictObject({
      name: z.string().regex(RUN_NAME).describe(`folder of the run: ${RUN_NAME_RULE}`),
      seed: z.int().min(0).default(0).describe("root of all random numbers of training and evaluation"),
      task: z
        .enum(tasks.map(({ name }) => name))
        .default("classify")
        .describe("what is asked of the receiver"),
      runtime: runtimeConfigSchema.prefault({}),
      data: dataConfigSchema.prefault({}).describe("images, and what is known of them"),
      teacher: teacherConfigSchema.prefault({}),
      targets: targetsConfigSchema.prefault({}),
      search: searchConfigSchema.prefault({}),
      student: studentConfigSchema.prefault({}),
      distill: distillConfigSchema.prefault({}),
      codec: codecConfigSchema.prefault({}),
      robust: robustConfigSchema.prefault({}),
      lines: linesSchema.optional(),
      evaluate: evaluateConfigSchema.prefault({}),
    })
    .transform((draft, context) => completed(draft, parts, context))
    .check(checkRules((experiment) => rulesBrokenBy(experiment, parts)));
}

/** Validates an experiment and fills in the defaults. Unknown keys are errors. */
export const experimentSchema: z.ZodType<Experiment, ExperimentInput> = schemaWith(NO_PARTS);

/**
 * An experiment in code: complete, checked.
 *
 * @throws SemlinkError "invalid-config" with every mistake
 * @example
 * const experiment = defineExperiment({ name: "short", codec: { maxSymbols: 16 } });
 */
export function defineExperiment(input: ExperimentInput): Experiment {
  return parseExperiment(input, "experiment");
}

/**
 * An experiment from outside: complete, checked.
 *
 * @param value - content of a configuration file
 * @param where - where it comes from, for the message
 * @param parts - loaded modules that it names
 * @throws SemlinkError "invalid-config" with every mistake, one line each: key, expected, actual, what to change
 */
export function parseExperiment(value: unknown, where: string, parts: OwnParts = NO_PARTS): Experiment {
  const tree = keyTreeOf(experimentSchema);
  const written = withoutNulls(value, tree);
  const checked = schemaWith(parts).safeParse(written);
  if (checked.success) return checked.data;
  throw invalidConfig(where, mistakesOf(checked.error.issues, written, tree));
}

/**
 * A copy of an experiment with single keys set, still to be completed by {@link parseExperiment}.
 *
 * @param overrides - `codec.maxSymbols=32`, `codec.channels=[awgn]`, `data.dataset=mnist`
 * @throws SemlinkError "invalid-config" when a key does not exist, naming the nearest that does
 */
export function applyOverrides(experiment: ExperimentInput, overrides: readonly string[]): ExperimentInput {
  return withOverrides(experiment, overrides, keyTreeOf(experimentSchema)) as ExperimentInput;
}

/** The published JSON Schema (draft 2020-12) of a configuration file. */
export function experimentJsonSchema(): Record<string, unknown> {
  return { title: "semlink experiment", ...keyTreeOf(experimentSchema) };
}

function completed(
  { evaluate, lines, ...rest }: ExperimentDraft,
  parts: OwnParts,
  context: Pick<z.RefinementCtx, "addIssue">,
): Experiment {
  const { matrix, ...measured } = evaluate;
  const { lengths = rest.codec.lengths, channels = rest.codec.channels } = evaluate;
  const mismatch = matrix && { matrix: completeMatrix(matrix, rest.codec.lengths) };
  const written = lines ?? rest.codec.kinds ?? usualLearnedLines;
  return {
    ...rest,
    lines: written.map((line, index) => {
      const complete = completeLine(line, rest.codec, parts.lines);
      if (complete.success) return complete.data;
      for (const issue of complete.error.issues) {
        context.addIssue({ ...issue, path: ["lines", index, ...issue.path] });
      }
      return line;
    }),
    evaluate: { ...measured, lengths, channels, ...mismatch },
  };
}

function* rulesBrokenBy(experiment: Experiment, parts: OwnParts): Generator<BrokenRule, void, undefined> {
  const { data, teacher, targets, distill, codec, robust, lines, evaluate } = experiment;
  yield* sameIds(lines);
  if (teacher.source === "shipped" && data.dataset !== "cifar10") {
    const hint = "the shipped teacher knows cifar10 only";
    yield {
      path: ["teacher", "source"],
      expected: `"train" for ${data.dataset}`,
      actual: teacher.source,
      hint,
    };
  }
  if (teacher.source === "shipped" && teacher.preset !== "lite") {
    const hint = "the shipped teacher is lite; set teacher.source to train for another";
    yield { path: ["teacher", "preset"], expected: `"lite"`, actual: teacher.preset, hint };
  }
  if (robust.phaseA.numViews > targets.numViews) {
    const hint = "phase A learns from views that the teacher has seen; lower it, or raise targets.numViews";
    const path = ["robust", "phaseA", "numViews"];
    yield {
      path,
      expected: `at most targets.numViews = ${targets.numViews}`,
      actual: robust.phaseA.numViews,
      hint,
    };
  }
  const { teacherFeature, ownFeature, soft, hard } = robust.terms;
  const ofAnyStudent = { ownFeature, hard };
  // The device's own decision is trained beside the link, not in place of it.
  yield* withoutTerms(
    ["robust", "terms"],
    distill.transfer.useTeacher ? { teacherFeature, soft, ...ofAnyStudent } : ofAnyStudent,
  );
  yield* notIncreasing(["evaluate", "lengths"], evaluate.lengths);
  yield* notTrained(["evaluate", "lengths"], evaluate.lengths, ["codec", "lengths"], codec.lengths);
  yield* notTrainedChannels(evaluate.channels, codec.channels, parts.channels);
  const inMatrix = evaluate.matrix === undefined ? [] : [evaluate.matrix.numSymbols];
  yield* notTrained(["evaluate", "matrix", "numSymbols"], inMatrix, ["codec", "lengths"], codec.lengths);
}

/** Rule: only what the codec was trained for is measured. */
function* notTrained<T>(
  path: readonly string[],
  measured: readonly T[],
  trainedPath: readonly string[],
  trained: readonly T[],
): Generator<BrokenRule, void, undefined> {
  const unknown = measured.filter((item) => !trained.includes(item));
  if (unknown.length === 0) return;
  const key = trainedPath.join(".");
  yield {
    path,
    expected: `some of ${key} = ${JSON.stringify(trained)}`,
    actual: unknown,
    hint: `or add to ${key}`,
  };
}

/** Rule: a channel that fades, or one that does not, is measured only when one of its kind was met in training. */
function* notTrainedChannels(
  measured: readonly ChannelSpec[],
  trained: readonly ChannelSpec[],
  own: OwnChannels,
): Generator<BrokenRule, void, undefined> {
  const kindOf = (spec: ChannelSpec): string => channelFamilyOf(spec, own).variation;
  const kinds = trained.map(kindOf);
  const known = [...trained, ...measured.filter((spec) => kinds.includes(kindOf(spec)))].map(channelId);
  for (const rule of notTrained(
    ["evaluate", "channels"],
    measured.map(channelId),
    ["codec", "channels"],
    known,
  )) {
    yield { ...rule, expected: `channels like some of codec.channels = ${JSON.stringify(trained)}` };
  }
}
