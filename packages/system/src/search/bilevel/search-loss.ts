// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Tensor } from "@semlink/engine";
import { input } from "@semlink/engine";
import { predictionsOf } from "../../evaluate/embedding-fidelity.ts";
import type { ProposalConfig } from "../search-config.ts";
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

/** Terms of a loss by name with their weights, and how they are taken. */
export type SearchLoss = ProposalConfig["loss"];

/** What the weights minimise: the terms that are configured, or without a teacher the hard term alone. */
export function lowerLoss({ useTeacher, loss }: Pick<ProposalConfig, "useTeacher" | "loss">): SearchLoss {
  return useTeacher ? loss : { ...loss, terms: { feature: 0, soft: 0, hard: 1 } };
}

/** What alpha minimises, beside its price: the same, or the embedding's term alone. */
export function upperLoss(config: Pick<ProposalConfig, "useTeacher" | "loss" | "upperLoss">): SearchLoss {
  const isWhole = !config.useTeacher || config.upperLoss === "kd";
  return isWhole ? lowerLoss(config) : { ...config.loss, terms: { feature: 1, soft: 0, hard: 0 } };
}

/**
 * Loss of the task on a batch, [], `Σ weight · term`:
 *
 * - `feature`: `mean((f̂ - f_T)²)`
 * - `soft`: `T² KL(zscore(z_T) ‖ zscore(ẑ))`
 * - `hard`: cross entropy with smoothed labels
 *
 * @source semlink, after the terms of stage 1 of the distillation
 */
export function searchLoss(
  { embedding, logits }: TaskOutputs,
  { labels, isLabelled, teacherEmbedding, teacherLogits }: TaskBatch,
  { terms, ...how }: SearchLoss,
): Tensor {
  return weightedTerms(terms, {
    feature: () => featureLoss(embedding, teacherEmbedding),
    soft: () => standardizedSoftLoss(logits, teacherLogits, how),
    hard: () => labelledCrossEntropy(logits, labels, isLabelled, how),
  }).loss;
}

/**
 * What every image of a batch adds to the leading figure: 1 where the answer is right.
 *
 * @param answers - [batch, numClasses]
 */
export function outcomesOf(
  answers: Float32Array,
  feeds: Readonly<Record<string, HostTensor>>,
  { numClasses }: Pick<ProblemShape, "numClasses">,
): Float32Array {
  const labels = feeds["labels"]!.data as Int32Array;
  return Float32Array.from(predictionsOf(answers, numClasses), (decision, row) =>
    Number(decision === labels[row]),
  );
}
