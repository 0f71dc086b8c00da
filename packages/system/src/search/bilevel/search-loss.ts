// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { input } from "@semlink/engine";
import type { EncoderShape } from "../../student/student-encoder.ts";
import type { Task, TaskSizes } from "../../task/task.ts";
import type { TargetBank } from "../../teacher/target-bank.ts";
import { teacherInputs } from "../../train/taught-batches.ts";
import { termsOf, weightedTerms } from "../../train/terms.ts";
import type { ProposalConfig } from "../search-config.ts";

/** The question that a search learns to answer, and the sizes that the data give to it. */
export interface SearchProblem {
  readonly task: Task;
  readonly sizes: TaskSizes;
  readonly shape: EncoderShape;
  /** The teacher as the graphs know it; null where the search learns from the truth alone. */
  readonly teacher: Pick<TargetBank, "embedDim" | "answerDim" | "map"> | null;
}

/** Inputs of the graph that hold a batch of images with what is known of them. */
export interface TaskBatch {
  /** [batch, channels, height, width] */
  readonly images: Tensor;
  /** What the teacher says of the images; null where there is none. */
  readonly teacher: ReturnType<typeof teacherInputs> | null;
  /** What is true of the images, by the names of the task. */
  readonly truth: Readonly<Record<string, Tensor>>;
}

/** Inputs of one batch; those of a second batch have names with another prefix. */
export function taskBatch({ task, sizes, shape, teacher }: SearchProblem, prefix = ""): TaskBatch {
  return {
    images: input(`${prefix}images`, ["batch", ...shape.imageShape]),
    teacher: teacher && teacherInputs(teacher, prefix),
    truth: task.truthInputs(sizes, prefix),
  };
}

/** The inputs of one batch, each with that of another which takes its place. */
export function replacedInputs(from: TaskBatch, to: TaskBatch): Map<Tensor, Tensor> {
  const replaced = new Map([[from.images, to.images]]);
  for (const [name, leaf] of Object.entries(from.truth)) replaced.set(leaf, to.truth[name]!);
  if (from.teacher && to.teacher) {
    replaced.set(from.teacher.embedding, to.teacher.embedding);
    if (from.teacher.answer && to.teacher.answer) replaced.set(from.teacher.answer, to.teacher.answer);
  }
  return replaced;
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
 * Loss of the task on a batch, [], `Σ weight · term` with the terms `feature`, `soft` and `hard` of {@link termsOf}. Terms
 * of a teacher who is absent, or gives no answer, fall away.
 */
export function searchLoss(
  task: Task,
  { embedding, answer }: TaskOutputs,
  { teacher, truth }: TaskBatch,
  loss: SearchLoss,
): Tensor {
  return weightedTerms(loss.terms, termsOf(task, { embedding, answer, teacher, truth }, loss)).loss;
}
