// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import {
  add,
  distillKl,
  div,
  logSoftmax,
  maximum,
  mean,
  mul,
  oneHot,
  SemlinkError,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
} from "@semlink/engine";

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

const TINY = 1e-6;

/**
 * Logits of each image with mean 0 and deviation 1: only their pattern is compared, not their scale.
 *
 * @param logits - [batch, numClasses]
 * @source Sun et al. 2024 (logit standardisation), arXiv 2403.01427
 */
export function standardizeLogits(logits: Tensor): Tensor {
  const centred = sub(logits, mean(logits, { axes: [1], keepDims: true }));
  const deviation = sqrt(add(mean(square(centred), { axes: [1], keepDims: true }), TINY));
  return div(centred, deviation);
}

/**
 * `T² KL(softmax(zT/T) ‖ softmax(zS/T))` of logits standardised per image, mean over the batch.
 *
 * @param studentLogits - [batch, numClasses]
 * @param teacherLogits - [batch, numClasses], no gradient
 * @source Sun et al. 2024, arXiv 2403.01427; Hinton et al. 2015
 */
export function standardizedSoftLoss(
  studentLogits: Tensor,
  teacherLogits: Tensor,
  { temperature }: { readonly temperature: number },
): Tensor {
  return distillKl(standardizeLogits(studentLogits), standardizeLogits(teacherLogits), { temperature });
}

/**
 * Cross entropy with smoothed labels over the images whose label may be used:
 * `Σ_i w_i CE_i / max(Σ_i w_i, 1)`.
 *
 * @param logits - [batch, numClasses]
 * @param labels - [batch] int32
 * @param isLabelled - [batch] 1 where the label may be used, 0 elsewhere
 */
export function labelledCrossEntropy(
  logits: Tensor,
  labels: Tensor,
  isLabelled: Tensor,
  { labelSmoothing }: { readonly labelSmoothing: number },
): Tensor {
  const numClasses = logits.shape[1] as number;
  const target = oneHot(labels, {
    numClasses,
    on: 1 - labelSmoothing + labelSmoothing / numClasses,
    off: labelSmoothing / numClasses,
  });
  const perImage = mul(sum(mul(logSoftmax(logits, { axis: -1 }), target), { axes: [1] }), -1); // [batch]
  return div(sum(mul(perImage, isLabelled)), maximum(sum(isLabelled), 1));
}

/** Weighted sum of named loss terms; terms of weight 0 cost nothing. Each is also a metric under its name. */
export function weightedTerms(
  weights: Readonly<Record<string, number>>,
  terms: Readonly<Record<string, () => Tensor>>,
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
