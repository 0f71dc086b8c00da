// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { add, cosineDistance, mean, mul, SemlinkError, square, stopGradient, sub } from "@semlink/engine";
import type { Task, TermOptions } from "../task/task.ts";

/**
 * Mean squared error of standardised embeddings, `mean((a - b)²)` over batch and dimensions: the share of the
 * teacher's variance that is missed, `1 - R²`, when `b` is the teacher's. The reference gets no gradient.
 *
 * @param embedding - [batch, embedDim] standardised
 * @param reference - [batch, embedDim] standardised
 */
export function featureLoss(embedding: Tensor, reference: Tensor): Tensor {
  return mean(square(sub(embedding, stopGradient(reference))));
}

/** Weights of loss terms by their names. */
export type TermWeights = Readonly<Record<string, number>>;

/** Loss terms by name, each built when it is asked for. */
export type Terms = Readonly<Record<string, () => Tensor>>;

/** What the terms compare. */
export interface TermTensors {
  /** [batch, embedDim] what the network, or the receiver, makes of the items; standardised */
  readonly embedding: Tensor;
  /** [batch, answerDim] its answer */
  readonly answer: Tensor;
  /** What the teacher says of the items; null where there is none, its answer null where it gives none. */
  readonly teacher: { readonly embedding: Tensor; readonly answer: Tensor | null } | null;
  /** Inputs of `Task.truthInputs`. */
  readonly truth: Readonly<Record<string, Tensor>>;
  /** The device of a link. */
  readonly device?: {
    /** [batch, embedDim] what it sends */
    readonly embedding: Tensor;
    /** [batch, answerDim] its own answer; null where it is not trained */
    readonly answer: Tensor | null;
  };
}

/** How the terms of an answer are taken. */
export interface TermsOptions extends TermOptions {
  /** Whether the teacher also teaches the answer of the device; true unless said otherwise. */
  readonly isDeviceTaught?: boolean;
}

/**
 * Every loss term that the given tensors allow:
 *
 * - `feature`, and `teacherFeature` for what a receiver has: `mean((f - f_T)²)`
 * - `cosine`: `1 - cos(f, f_T)`
 * - `soft`: the answer against the teacher's, by the task
 * - `hard`: the answer against the truth, by the task
 * - `ownFeature`: `mean((f - stop(f_device))²)`, what the receiver has against what the device sent
 * - `device`: hard plus soft term of the device's own answer
 *
 * A term whose tensors are absent is absent.
 *
 * @source terms of both stages of the distillation: semlink, after arXiv 2508.02148
 */
export function termsOf(
  task: Pick<Task, "hard" | "soft">,
  { embedding, answer, teacher, truth, device }: TermTensors,
  options: TermsOptions,
): Terms {
  const { isDeviceTaught = true } = options;
  const hard = (own: Tensor): Tensor => task.hard(own, truth, options);
  const taught = teacher && {
    feature: () => featureLoss(embedding, teacher.embedding),
    teacherFeature: () => featureLoss(embedding, teacher.embedding),
    cosine: () => cosineDistance(embedding, teacher.embedding),
  };
  const said = teacher?.answer;
  const soft = said && ((own: Tensor): Tensor => task.soft(own, said, options));
  const decided = device?.answer;
  return {
    ...taught,
    ...(device && { ownFeature: () => featureLoss(embedding, device.embedding) }),
    ...(soft && { soft: () => soft(answer) }),
    hard: () => hard(answer),
    ...(decided && {
      device: () => (soft && isDeviceTaught ? add(hard(decided), soft(decided)) : hard(decided)),
    }),
  };
}

/** Weighted sum of named loss terms; terms of weight 0 cost nothing. Each is also a metric under its name. */
export function weightedTerms(
  weights: TermWeights,
  terms: Terms,
): { loss: Tensor; metrics: Record<string, Tensor> } {
  const metrics: Record<string, Tensor> = {};
  let loss: Tensor | null = null;
  for (const [name, weight] of Object.entries(weights)) {
    const term = terms[name];
    if (weight === 0 || term === undefined) continue;
    const value = term();
    metrics[name] = value;
    const weighted = mul(value, weight);
    loss = loss ? add(loss, weighted) : weighted;
  }
  if (!loss) {
    throw new SemlinkError({
      code: "invalid-config",
      where: "loss terms",
      expected: "at least one weight above 0",
      actual: JSON.stringify(weights),
      hint: `known terms: ${Object.keys(terms).join(", ")}`,
    });
  }
  return { loss, metrics };
}
