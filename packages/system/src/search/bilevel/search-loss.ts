// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { input } from "@semlink/engine";
import type { ProblemShape } from "../../link/networks.ts";
import {
  featureLoss,
  labelledCrossEntropy,
  standardizedSoftLoss,
  weightedTerms,
} from "../../train/losses.ts";

/** Inputs of the graph that hold a batch of images with what is known of them. */
export interface TaskBatch {
  /** [batch, channels, height, width] */
  readonly images: Tensor;
  /** [batch] int32 */
  readonly labels: Tensor;
  /** [batch] 1 where the label may be used */
  readonly isLabelled: Tensor;
  /** [batch, embedDim] standardised */
  readonly teacherEmbedding: Tensor;
  /** [batch, numClasses] */
  readonly teacherLogits: Tensor;
}

/** Names of the inputs of a {@link TaskBatch}. */
export type TaskInput = keyof TaskBatch;

/** Inputs of one batch; those of a second batch have names with another prefix. */
export function taskBatch({ imageShape, embedDim, numClasses }: ProblemShape, prefix = ""): TaskBatch {
  return {
    images: input(`${prefix}images`, ["batch", ...imageShape]),
    labels: input(`${prefix}labels`, ["batch"], "int32"),
    isLabelled: input(`${prefix}isLabelled`, ["batch"]),
    teacherEmbedding: input(`${prefix}teacherEmbedding`, ["batch", embedDim]),
    teacherLogits: input(`${prefix}teacherLogits`, ["batch", numClasses]),
  };
}

/** What a network says of a batch. */
export interface TaskOutputs {
  /** [batch, embedDim] standardised */
  readonly embedding: Tensor;
  /** [batch, numClasses] */
  readonly logits: Tensor;
}

/** What a level of the search minimises: all distillation terms, the embedding's alone, or the labels' alone. */
export type TaskTerms = "kd" | "feature" | "labels";

const TEMPERATURE = 2;
const LABEL_SMOOTHING = 0.1;
const HARD_WEIGHT = 0.3;

/**
 * Loss of the task on a batch, []:
 * `mean((f̂ - f_T)²) + T² KL(zscore(z_T) ‖ zscore(ẑ)) + 0.3 CE(ẑ, y)` with T = 2 and smoothed labels; the first term
 * alone for `"feature"`, and cross entropy for `"labels"`.
 *
 * @source semlink, after the terms of stage 1 of the distillation
 */
export function taskLoss(
  { embedding, logits }: TaskOutputs,
  { labels, isLabelled, teacherEmbedding, teacherLogits }: TaskBatch,
  terms: TaskTerms,
): Tensor {
  const hard = (): Tensor =>
    labelledCrossEntropy(logits, labels, isLabelled, { labelSmoothing: LABEL_SMOOTHING });
  const feature = (): Tensor => featureLoss(embedding, teacherEmbedding);
  const soft = (): Tensor => standardizedSoftLoss(logits, teacherLogits, { temperature: TEMPERATURE });
  switch (terms) {
    case "kd":
      return weightedTerms({ feature: 1, soft: 1, hard: HARD_WEIGHT }, { feature, soft, hard }).loss;
    case "feature":
      return feature();
    case "labels":
      return hard();
  }
}
