// SPDX-License-Identifier: Apache-2.0
import {
  add,
  distillKl,
  div,
  type HostTensor,
  input,
  Linear,
  logSoftmax,
  maximum,
  mean,
  mul,
  oneHot,
  SemlinkError,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  valuesInit,
} from "@semlink/engine";
import type { ImageSet } from "../data/dataset.ts";
import { embeddingFigures } from "./embedding-figures.ts";
import type { Figure, Task, TaskSizes, TruthFeeds } from "./task.ts";

/** Labels of the items of a set. All may be used unless the set says otherwise. */
export function labelTruth({ labels, isLabelled }: Pick<ImageSet, "labels" | "isLabelled">): TruthFeeds {
  return {
    usable: (indices) => (isLabelled ? indices.filter((index) => isLabelled[index] === 1) : indices),
    gather: (indices): { readonly labels: HostTensor; readonly isLabelled: HostTensor } => {
      const shape = [indices.length];
      const flags = Float32Array.from(indices, (index) => isLabelled?.[index] ?? 1);
      return {
        labels: { dtype: "int32", shape, data: Int32Array.from(indices, (index) => labels[index]!) },
        isLabelled: { dtype: "float32", shape, data: flags },
      };
    },
  };
}

/** Classes that a decision can tell apart: it is kept in one byte. */
export const MOST_CLASSES = 256;

/**
 * Index of the largest logit of each row; the first one of equals.
 *
 * @param logits - [count, numClasses]
 * @returns [count]
 * @throws SemlinkError "too-many-classes" when a byte cannot hold every index
 */
export function predictionsOf(logits: Float32Array, numClasses: number): Uint8Array {
  checkNumClasses(numClasses);
  return Uint8Array.from({ length: logits.length / numClasses }, (_, row) => {
    let best = 0;
    for (let c = 1; c < numClasses; c++) {
      if (logits[row * numClasses + c]! > logits[row * numClasses + best]!) best = c;
    }
    return best;
  });
}

/** @throws SemlinkError "too-many-classes" when a byte cannot hold the index of every class */
export function checkNumClasses(numClasses: number): void {
  if (numClasses <= MOST_CLASSES) return;
  throw new SemlinkError({
    code: "too-many-classes",
    where: "task classify",
    expected: `at most ${MOST_CLASSES} classes`,
    actual: String(numClasses),
    hint: "leave classes out, or join them",
  });
}

/**
 * Share of right decisions, `(1 - g) [decision = label] + g / M` of an item, with g the chance that the receiver
 * guesses among all M classes. A receiver that only guesses has 1 / M.
 */
export function accuracyOf({ numClasses = 0 }: TaskSizes): Figure {
  return {
    id: "accuracy",
    label: "Top-1 accuracy",
    meaning: "share of items whose class the receiver decides for, over items",
    unit: "1",
    isShare: true,
    chance: 1 / numClasses,
    summary: "share",
    ofItems: ({ decisions, guessed }, { set }) =>
      decisions
        ? Float32Array.from(decisions, (decision, item) => {
            const guess = guessed?.[item] ?? 0;
            return (decision === set.labels[item] ? 1 - guess : 0) + guess / numClasses;
          })
        : null,
  };
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

/**
 * Which of the known classes is it? A linear head gives logits; the hard term is cross entropy with the labels, the soft
 * term compares the pattern of the logits with the teacher's.
 */
export const classify: Task = {
  name: "classify",
  answer: "logits",
  sizes({ classNames }) {
    checkNumClasses(classNames.length);
    return { numClasses: classNames.length };
  },
  answerDim: numClassesOf,
  figures: (sizes) => [accuracyOf(sizes), ...embeddingFigures],
  head(embedDim, sizes, start) {
    const init = start ? { init: valuesInit(start.weight), biasInit: valuesInit(start.bias) } : {};
    return new Linear({ inFeatures: embedDim, outFeatures: numClassesOf(sizes), ...init });
  },
  truthInputs: (_sizes, prefix = "") => ({
    labels: input(`${prefix}labels`, ["batch"], "int32"),
    isLabelled: input(`${prefix}isLabelled`, ["batch"]),
  }),
  truth: labelTruth,
  hard: (logits, { labels, isLabelled }, options) =>
    labelledCrossEntropy(logits, labels!, isLabelled!, options),
  soft: standardizedSoftLoss,
  decide: (logits, sizes) => predictionsOf(logits, numClassesOf(sizes)),
};

function numClassesOf({ numClasses = 0 }: TaskSizes): number {
  return numClasses;
}
