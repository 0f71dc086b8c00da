// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import { formatShape, sameShape } from "../graph/dim.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import { mul, neg, sub } from "./arithmetic.ts";
import { exp, square } from "./elementary.ts";
import { labelsBelow } from "./label-range.ts";
import { l2Normalize } from "./normalization.ts";
import { oneHot } from "./gather.ts";
import { mean, sum } from "./reduce.ts";
import { logSoftmax } from "./softmax.ts";
import { stopGradient } from "./stop-gradient.ts";

/**
 * Cross entropy of labels, mean over the batch: `−(1/N) Σ_n Σ_c q_nc log softmax(logits_n)_c` with
 * `q = (1 − labelSmoothing) · oneHot(labels) + labelSmoothing / numClasses`, [].
 *
 * @param logits - [..., numClasses]
 * @param labels - [...] int32 or int64 in 0 .. numClasses - 1; others are refused when they are fed (`label-range`)
 * @throws ShapeError `label-shape` when labels are not one for each row of logits, `dtype`
 * @source Szegedy et al. 2016, section 7 (label smoothing)
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  { labelSmoothing = 0 }: { readonly labelSmoothing?: number } = {},
): Tensor {
  const numClasses = logits.shape.at(-1);
  if (typeof numClasses !== "number" || !sameShape(labels.shape, logits.shape.slice(0, -1))) {
    throw new ShapeError({
      code: "label-shape",
      where: placeOf("crossEntropy"),
      expected: `one label for each row of logits ${formatShape(logits.shape)}`,
      actual: `labels ${formatShape(labels.shape)}`,
    });
  }
  const off = labelSmoothing / numClasses;
  const targets = oneHot(labelsBelow(labels, numClasses), { numClasses, on: 1 - labelSmoothing + off, off });
  return neg(mean(sum(mul(logSoftmax(logits), targets), { axes: -1 })));
}

/**
 * Mean squared error over all elements: `mean((prediction − target)²)`, [].
 *
 * @throws ShapeError `shape-mismatch` when the shapes differ
 */
export function mse(prediction: Tensor, target: Tensor): Tensor {
  checkSameShape("mse", prediction, target);
  return mean(square(sub(prediction, target)));
}

/**
 * Soft-target loss `T² · KL(softmax(teacher/T) ‖ softmax(student/T))`, mean over the batch, []. The factor T² keeps
 * gradients at the scale of the hard loss when T changes. The teacher gets no gradient.
 *
 * @param student - [..., numClasses] logits
 * @param teacher - [..., numClasses] logits
 * @throws ShapeError `shape-mismatch` when the shapes differ
 * @source Hinton et al. 2015, section 2
 */
export function distillKl(
  student: Tensor,
  teacher: Tensor,
  { temperature = 1 }: { readonly temperature?: number } = {},
): Tensor {
  checkSameShape("distillKl", student, teacher);
  const logP = logSoftmax(mul(stopGradient(teacher), 1 / temperature));
  const logQ = logSoftmax(mul(student, 1 / temperature));
  const divergence = sum(mul(exp(logP), sub(logP, logQ)), { axes: -1 });
  return mul(mean(divergence), temperature ** 2);
}

/**
 * One minus the cosine of the angle between vectors of the last axis, mean over the batch:
 * `mean(1 − ⟨a, b⟩ / (‖a‖ ‖b‖))`, [].
 *
 * @param prediction - [..., width]
 * @param target - [..., width]
 * @throws ShapeError `shape-mismatch` when the shapes differ
 */
export function cosineDistance(prediction: Tensor, target: Tensor): Tensor {
  checkSameShape("cosineDistance", prediction, target);
  const cosine = sum(mul(l2Normalize(prediction), l2Normalize(target)), { axes: -1 });
  return sub(1, mean(cosine));
}

function checkSameShape(name: string, a: Tensor, b: Tensor): void {
  if (sameShape(a.shape, b.shape)) return;
  throw new ShapeError({
    code: "shape-mismatch",
    where: placeOf(name),
    expected: `two tensors of shape ${formatShape(a.shape)}`,
    actual: formatShape(b.shape),
  });
}
