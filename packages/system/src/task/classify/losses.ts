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
  sqrt,
  square,
  sub,
  sum,
} from "@semlink/engine";

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
 * @param teacherAnswer - [batch, numClasses], no gradient
 * @source Sun et al. 2024, arXiv 2403.01427; Hinton et al. 2015
 */
export function standardizedSoftLoss(
  studentLogits: Tensor,
  teacherAnswer: Tensor,
  { temperature }: { readonly temperature: number },
): Tensor {
  return distillKl(standardizeLogits(studentLogits), standardizeLogits(teacherAnswer), { temperature });
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
