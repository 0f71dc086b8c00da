// SPDX-License-Identifier: Apache-2.0
import {
  Build,
  crossEntropy,
  exportModel,
  graphCost,
  input,
  oneCycleSchedule,
  rngFrom,
  sgd,
} from "@semlink/engine";
import { alternatingFlipCrop } from "../data/augment.ts";
import type { Dataset } from "../data/dataset.ts";
import { ImageBatches } from "../data/image-batches.ts";
import type { LinearMap } from "../task/task.ts";
import type { Phase, Weights } from "./phase.ts";
import { AirbenchCnn } from "../teacher/airbench-cnn.ts";
import type { TeacherCard } from "../teacher/card.ts";
import { whiteningFilters } from "../teacher/whitening.ts";

/** The recipe of a classifier that becomes a teacher. */
export interface TeacherTraining {
  readonly preset: string;
  readonly widths: readonly [number, number, number];
  readonly epochs: number;
  readonly batchSize: number;
  readonly shards: number;
  readonly peakLearningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly labelSmoothing: number;
  readonly averageDecay: number;
}

/** A classifier to train, and what it is as a teacher once it is trained. */
export interface TrainableTeacher {
  readonly phase: Phase;
  /** Network (ONNX), map from embedding to logits and card. */
  readonly parts: (weights: Weights) => {
    readonly network: Uint8Array;
    readonly map: LinearMap;
    readonly card: TeacherCard;
  };
}

/** A classifier after airbench for the training set of a dataset; see {@link AirbenchCnn}. */
export function airbenchTeacher(options: {
  readonly training: TeacherTraining;
  readonly data: Dataset;
  readonly seed: number;
}): TrainableTeacher {
  const { training, data, seed } = options;
  const { train, mean, std } = data;
  const numClasses = data.classNames.length;
  const rng = rngFrom(seed).fold("teacher");
  const network = {
    teacher: new AirbenchCnn({
      inChannels: train.channels,
      whitening: whiteningFilters(train, mean, std),
      widths: training.widths,
      numClasses,
    }),
  };
  const imageShape = [train.channels, train.height, train.width] as const;
  const views = rng.fold("views");
  const batches = new ImageBatches({
    set: train,
    batchSize: training.batchSize,
    rng,
    mean,
    std,
    viewOf: (epoch, index) => alternatingFlipCrop(views, epoch, index),
  });
  const totalSteps = training.epochs * batches.stepsPerEpoch;
  return {
    phase: {
      name: "teacher",
      network,
      batchSize: training.batchSize,
      shards: training.shards,
      totalSteps,
      rng,
      objective: (build) => {
        const { logits } = build.apply(network.teacher, input("images", ["batch", ...imageShape]));
        const labels = input("labels", ["batch"], "int32");
        return { loss: crossEntropy(logits, labels, { labelSmoothing: training.labelSmoothing }) };
      },
      optimizer: sgd({ momentum: training.momentum, nesterov: true, weightDecay: training.weightDecay }),
      isTrained: (param) => param !== network.teacher.whiten.weight,
      averageDecay: training.averageDecay,
      schedule: oneCycleSchedule({ peak: training.peakLearningRate, totalSteps, end: 0.001 }),
      prepare: () =>
        Promise.resolve((step) => {
          const { images, labels } = batches.at(step);
          return { images, labels };
        }),
    },
    parts(weights) {
      const build = new Build(network, { training: false });
      const { embedding, logits } = build.apply(network.teacher, input("images", ["batch", ...imageShape]));
      const { params, macs } = graphCost({ embedding, logits });
      return {
        network: exportModel({ embedding, logits }, weights, { name: "teacher" }),
        map: { weight: network.teacher.headWeight(weights), bias: new Float32Array(numClasses) },
        card: {
          format: "semlink-teacher/2",
          name: `airbench-${training.preset}`,
          source: data.name,
          images: {
            input: "images",
            shape: [...imageShape],
            layout: "nchw",
            mean: [...mean],
            std: [...std],
          },
          outputs: {
            embedding: { name: "embedding", width: training.widths[2] },
            answer: { name: "logits", width: numClasses },
          },
          hasMap: true,
          space: "standardized",
          classNames: [...data.classNames],
          params,
          macs,
          licence: null,
          provenance: { training, seed, dataDigest: data.digest },
        },
      };
    },
  };
}
