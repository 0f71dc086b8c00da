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
  /** [batch, embedDim] standardised */
  readonly teacherEmbedding: Tensor;
  /** [batch, answerDim] */
  readonly teacherAnswer: Tensor;
  /** What is true of the images, by the names of the task. */
  readonly truth: Readonly<Record<string, Tensor>>;
}

/** Inputs of one batch; those of a second batch have names with another prefix. */
export function taskBatch(shape: ProblemShape, prefix = ""): TaskBatch {
  return {
    images: input(`${prefix}images`, ["batch", ...shape.imageShape]),
    teacherEmbedding: input(`${prefix}teacherEmbedding`, ["batch", shape.embedDim]),
    teacherAnswer: input(`${prefix}teacherLogits`, ["batch", shape.numClasses]),
    truth: {
      labels: input(`${prefix}labels`, ["batch"], "int32"),
      isLabelled: input(`${prefix}isLabelled`, ["batch"]),
    },
  };
}

/** The inputs of one batch, each with that of another which takes its place. */
export function replacedInputs(from: TaskBatch, to: TaskBatch): Map<Tensor, Tensor> {
  const truths = Object.entries(from.truth).map(([name, leaf]) => [leaf, to.truth[name]!] as const);
  return new Map([
    [from.images, to.images],
    [from.teacherEmbedding, to.teacherEmbedding],
    [from.teacherAnswer, to.teacherAnswer],
    ...truths,
  ]);
}

/** What a network says of a batch. */
export interface TaskOutputs {
  /** [batch, embedDim] standardised */
  readonly embedding: Tensor;
  /** [batch, answerDim] */
  readonly answer: Tensor;
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
 * - `soft`: `T² KL` to the teacher's standardised answer
 * - `hard`: the answer against the truth, smoothed
 *
 * @source semlink, after the terms of stage 1 of the distillation
 */
export function searchLoss(
  { embedding, answer }: TaskOutputs,
  { teacherEmbedding, teacherAnswer, truth }: TaskBatch,
  { terms, ...how }: SearchLoss,
): Tensor {
  return weightedTerms(terms, {
    feature: () => featureLoss(embedding, teacherEmbedding),
    soft: () => standardizedSoftLoss(answer, teacherAnswer, how),
    hard: () => labelledCrossEntropy(answer, truth["labels"]!, truth["isLabelled"]!, how),
  }).loss;
}

/**
 * What every image of a batch adds to the leading figure: 1 where the answer is right.
 *
 * @param answers - [batch, answerDim]
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
