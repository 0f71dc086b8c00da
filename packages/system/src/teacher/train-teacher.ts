// SPDX-License-Identifier: Apache-2.0
import type { Runtime } from "@semlink/engine";
import {
  buildTrainStep,
  Build,
  crossEntropy,
  exportModel,
  fit,
  graphCost,
  input,
  oneCycleSchedule,
  rngFrom,
  sgd,
  Trainer,
} from "@semlink/engine";
import { fileCheckpoints, writeFileAtomic, writeSafetensors } from "@semlink/engine/node";
import { join } from "node:path";
import { alternatingFlipCrop } from "../data/augment.ts";
import type { Dataset } from "../data/dataset.ts";
import { ImageBatches } from "../data/image-batches.ts";
import type { Reporter } from "../progress.ts";
import { AirbenchCnn } from "./airbench-cnn.ts";
import type { TeacherCard } from "./teacher.ts";
import { TEACHER_FILES } from "./teacher.ts";
import { whiteningFilters } from "./whitening.ts";

export interface TeacherTraining {
  readonly preset: string;
  readonly widths: readonly [number, number, number];
  readonly epochs: number;
  readonly batchSize: number;
  readonly peakLearningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly labelSmoothing: number;
  readonly averageDecay: number;
}

export interface TrainTeacherOptions {
  readonly training: TeacherTraining;
  readonly data: Dataset;
  readonly seed: number;
  readonly folder: string;
  readonly runtime: Runtime;
  /** Names the operator that makes the first value that is not finite; false unless said otherwise. */
  readonly detectAnomaly?: boolean;
  readonly report: Reporter;
  readonly signal: AbortSignal;
}

/**
 * Trains a teacher on the training set and writes its folder: network, head, card. Resumes from the checkpoint in the
 * folder.
 */
export async function trainTeacher(options: TrainTeacherOptions): Promise<void> {
  const { training, data, seed, folder, runtime, report, signal } = options;
  const { train, mean, std } = data;
  const numClasses = data.classNames.length;
  const rng = rngFrom(seed).fold("teacher");
  const model = {
    teacher: new AirbenchCnn({
      inChannels: train.channels,
      whitening: whiteningFilters(train, mean, std),
      widths: training.widths,
      numClasses,
    }),
  };
  const imageShape = [train.channels, train.height, train.width] as const;
  const step = buildTrainStep({
    model,
    objective: (build) => {
      const { logits } = build.apply(model.teacher, input("images", ["batch", ...imageShape]));
      const labels = input("labels", ["batch"], "int32");
      return { loss: crossEntropy(logits, labels, { labelSmoothing: training.labelSmoothing }) };
    },
    optimizer: sgd({ momentum: training.momentum, nesterov: true, weightDecay: training.weightDecay }),
    isTrained: (param) => param !== model.teacher.whiten.weight,
    averageDecay: training.averageDecay,
  });
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
  const trainer = await Trainer.create(step, {
    runtime,
    rng,
    binding: { batch: training.batchSize },
    detectAnomaly: options.detectAnomaly ?? false,
  });
  await fit({
    trainer,
    totalSteps,
    schedule: oneCycleSchedule({ peak: training.peakLearningRate, totalSteps, end: 0.001 }),
    batch: (index) => {
      const { images, labels } = batches.at(index);
      return { images, labels };
    },
    checkpoints: fileCheckpoints(join(folder, "checkpoint.safetensors"), join(folder, "metrics.jsonl")),
    onLog: (done, metrics) => {
      report({ stage: "teacher", done, total: totalSteps, metrics });
    },
    signal,
  });
  const weights = trainer.weights({ averaged: true });
  await trainer.release();
  await writeTeacher(options, model, weights, imageShape);
}

async function writeTeacher(
  { training, data, seed, folder }: TrainTeacherOptions,
  model: { teacher: AirbenchCnn },
  weights: ReadonlyMap<string, Float32Array>,
  imageShape: readonly [number, number, number],
): Promise<void> {
  const embedDim = training.widths[2];
  const numClasses = data.classNames.length;
  const build = new Build(model, { training: false });
  const outputs = build.apply(model.teacher, input("images", ["batch", ...imageShape]));
  const network = exportModel({ ...outputs }, weights, { name: "teacher" });
  const { params, macs } = graphCost({ ...outputs });
  const card: TeacherCard = {
    name: `airbench-${training.preset}`,
    dataset: data.name,
    classNames: [...data.classNames],
    imageShape: [...imageShape],
    mean: [...data.mean],
    std: [...data.std],
    embedDim,
    params,
    macs,
    provenance: { training, seed, dataDigest: data.digest },
  };
  const headWeight = model.teacher.headWeight(weights);
  await writeSafetensors(join(folder, TEACHER_FILES.head), {
    tensors: new Map([
      ["weight", { dtype: "float32", shape: [numClasses, embedDim], data: headWeight }],
      ["bias", { dtype: "float32", shape: [numClasses], data: new Float32Array(numClasses) }],
    ]),
    metadata: {},
  });
  await writeFileAtomic(join(folder, TEACHER_FILES.network), network);
  await writeFileAtomic(join(folder, TEACHER_FILES.card), `${JSON.stringify(card, null, 2)}\n`);
}
