// SPDX-License-Identifier: Apache-2.0
import { input, Linear, valuesInit } from "@semlink/engine";
import { embeddingFigures } from "../embedding-figures.ts";
import type { Task, TaskSizes } from "../task.ts";
import { accuracyOf, checkNumClasses, predictionsOf } from "./decisions.ts";
import { labelledCrossEntropy, standardizedSoftLoss } from "./losses.ts";
import { labelTruth } from "./truth.ts";

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
