// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import {
  type BrokenRule,
  checkRules,
  batchCount,
  count,
  fraction,
  notDividing,
  positive,
  shards,
  weight,
  type Written,
} from "../config/fields.ts";
import { MAX_SHIFT } from "../data/augment.ts";

/** The `targets` part of an experiment; each key is described in its schema. */
export interface TargetsConfig {
  readonly numViews: number;
}

const MOST_VIEWS = 2 * (2 * MAX_SHIFT + 1) ** 2; // every shift, with and without flip

/** Validates the `targets` part of an experiment. */
export const targetsConfigSchema: z.ZodType<TargetsConfig, Written<TargetsConfig>> = z
  .strictObject({
    numViews: count("views of each training image: the image, its mirror image, then shifts of both")
      .max(MOST_VIEWS)
      .default(4),
  })
  .describe("the teacher's outputs, computed once and stored");

/** The `teacher` part of an experiment; each key is described in its schema. */
export interface TeacherConfig {
  readonly source: "shipped" | "train" | "folder" | "module";
  readonly folder?: string | undefined;
  readonly module?: string | undefined;
  readonly digest?: string | undefined;
  readonly preset: "lite" | "standard";
  readonly epochs: number;
  readonly batchSize: number;
  readonly shards: number;
  readonly peakLearningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly labelSmoothing: number;
  readonly averageDecay: number;
}

/** Validates the `teacher` part: by default the shipped one. The recipe matters when it is trained. */
export const teacherConfigSchema: z.ZodType<TeacherConfig, Written<TeacherConfig>> = z
  .strictObject({
    source: z
      .enum(["shipped", "train", "folder", "module"])
      .default("shipped")
      .describe(
        "the teacher that comes with semlink, one trained on the data of the experiment, a folder with an ONNX network and its card, or a module of one's own",
      ),
    folder: z.string().min(1).describe("folder of a teacher: teacher.onnx, teacher.json").optional(),
    module: z.string().min(1).describe("module of one's own that exports `teacher`").optional(),
    digest: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe("sha256 of the module; filled in when the configuration is read")
      .optional(),
    preset: z
      .enum(["lite", "standard"])
      .default("lite")
      .describe("size of the network: lite has channels 32/128/128, standard 64/256/256"),
    epochs: count("passes over the training images").default(12),
    batchSize: batchCount("images per step").default(256),
    shards: shards(),
    peakLearningRate: positive("highest rate of the one-cycle schedule").default(0.25),
    momentum: fraction("Nesterov momentum").default(0.9),
    weightDecay: weight("weight decay, as a share of the weight added to its gradient").default(5e-4),
    labelSmoothing: fraction("share of the target spread over all classes").default(0.1),
    averageDecay: fraction("decay of the running average of the weights that is kept").default(0.995),
  })
  .check(checkRules(rulesBrokenBy))
  .describe("the large network that is only needed for training");

function* rulesBrokenBy(teacher: TeacherConfig): Generator<BrokenRule, void, undefined> {
  yield* notDividing([], teacher);
  for (const key of ["folder", "module"] as const) {
    const isNamed = teacher[key] !== undefined;
    if (isNamed === (teacher.source === key)) continue;
    yield isNamed
      ? {
          path: [key],
          expected: `nothing beside source ${teacher.source}`,
          actual: teacher[key],
          hint: `set teacher.source to ${key}`,
        }
      : {
          path: [key],
          expected: `a path, as teacher.source is ${key}`,
          actual: undefined,
          hint: `set teacher.${key}`,
        };
  }
}
