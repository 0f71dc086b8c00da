// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import {
  type BrokenRule,
  checkRules,
  count,
  fraction,
  notDistinct,
  notDividing,
  positive,
  shards,
  type Written,
} from "../../config/fields.ts";

/** Image formats with a loss. */
export const imageFormats = ["jpeg", "webp", "avif"] as const;

/** Name of an image format. */
export type ImageFormat = (typeof imageFormats)[number];

/** Networks that can classify a decoded image; each is a line of its own. */
export const separationClassifiers = ["teacher", "student", "fine-tuned"] as const;

/** Name of a network that classifies decoded images. */
export type SeparationClassifier = (typeof separationClassifiers)[number];

/** How the student is fine-tuned on compressed images; each key is described in the schema. */
export interface FineTuningConfig {
  readonly images: number;
  readonly copies: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly shards: number;
  readonly peakLearningRate: number;
  readonly labelSmoothing: number;
}

/** The `evaluate.separation` part of an experiment; each key is described in its schema. */
export interface SeparationConfig {
  readonly formats: readonly ImageFormat[];
  readonly classifier: SeparationClassifier | readonly SeparationClassifier[];
  readonly fineTuning: FineTuningConfig;
}

const classifierName = z.enum(separationClassifiers);

/** Validates the `evaluate.separation` part of an experiment on its own. */
export const separationConfigSchema: z.ZodType<SeparationConfig, Written<SeparationConfig>> = z
  .strictObject({
    formats: z
      .array(z.enum(imageFormats))
      .min(1)
      .default(["jpeg", "webp"])
      .describe("image formats, of which each image takes the best that fits; avif is slow"),
    classifier: z
      .union([classifierName, z.array(classifierName).min(1)])
      .default("teacher")
      .describe(
        "what classifies the decoded image: the teacher, the device's student, or that student fine-tuned on compressed images; a list is a line for each",
      ),
    fineTuning: z
      .strictObject({
        images: count(
          "training images that are compressed, drawn at random; all when there are fewer",
        ).default(5000),
        copies: count("byte budgets drawn for each of them").default(4),
        steps: count("training steps").default(1000),
        batchSize: count("images per step").default(64),
        shards: shards(),
        peakLearningRate: positive("highest rate of the one-cycle schedule").default(0.02),
        labelSmoothing: fraction("share of the target spread over all classes").default(0.1),
      })
      .prefault({})
      .describe("training of the fine-tuned student on images compressed to the budgets of the line"),
  })
  .check(checkRules(rulesBrokenBy))
  .describe("the line that compresses the image and sends it by a digital code");

/** The classifiers of the line, one or several. */
export function classifiersOf({
  classifier,
}: Pick<SeparationConfig, "classifier">): readonly SeparationClassifier[] {
  return typeof classifier === "string" ? [classifier] : classifier;
}

function* rulesBrokenBy(config: SeparationConfig): Generator<BrokenRule, void, undefined> {
  yield* notDistinct(["formats"], config.formats, "each format is tried once; leave one out");
  yield* notDividing(["fineTuning"], config.fineTuning);
  yield* notDistinct(["classifier"], classifiersOf(config), "each classifier is one line; leave one out");
}
