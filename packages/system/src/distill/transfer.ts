// SPDX-License-Identifier: Apache-2.0
import type { Runtime, Tensor } from "@semlink/engine";
import {
  buildTrainStep,
  cosineDistance,
  fit,
  input,
  oneCycleSchedule,
  rngFrom,
  Trainer,
} from "@semlink/engine";
import { fileCheckpoints } from "@semlink/engine/node";
import { join } from "node:path";
import type { Dataset } from "../data/dataset.ts";
import type { StudentConfig, TransferConfig } from "../experiment.ts";
import type { Reporter } from "../progress.ts";
import type { TargetBank } from "../targets/target-bank.ts";
import { labelFlags } from "./label-flags.ts";
import { featureLoss, labelledCrossEntropy, standardizedSoftLoss, weightedTerms } from "./losses.ts";
import type { ProblemShape, StudentNetwork } from "./networks.ts";
import { studentNetwork } from "./networks.ts";
import { TaughtBatches } from "./taught-batches.ts";
import { transferOptimization } from "./transfer-optimization.ts";
import { saveWeights } from "./weights.ts";

export interface TransferOptions {
  readonly data: Dataset;
  /** Indices of the training images to learn from; all when left out. */
  readonly pool?: Uint32Array;
  /** Teacher targets; null trains the same student by the same recipe from the labels alone. */
  readonly targets: TargetBank | null;
  readonly shape: ProblemShape;
  readonly student: StudentConfig;
  readonly transfer: TransferConfig;
  readonly numViews: number;
  readonly seed: number;
  readonly folder: string;
  readonly runtime: Runtime;
  /** Names the operator that makes the first value that is not finite; false unless said otherwise. */
  readonly detectAnomaly?: boolean;
  readonly report: Reporter;
  readonly signal: AbortSignal;
}

/**
 * Stage 1 of robust knowledge distillation: the student learns the teacher's standardised embedding `f_T` and its
 * decisions, without a channel,
 * `feature · mean((f̂ - f_T)²) + cosine · (1 - cos) + soft · KL_zscore(T) + hard · CE`.
 *
 * Without targets the terms of the teacher fall away, the head is learned, and images without a usable label are not
 * drawn; everything else is the same: views, order of images, steps, schedule.
 *
 * @source stages after arXiv 2508.02148; the terms and their weights are semlink's
 */
export async function transferKnowledge(options: TransferOptions): Promise<void> {
  const { data, targets, transfer, numViews, folder, runtime, detectAnomaly = false } = options;
  const { report, signal } = options;
  const network = studentNetwork(options.shape, options.student, targets?.head ?? null);
  const rng = rngFrom(options.seed).fold("transfer");
  const { batchSize, epochs } = transfer;
  const { pool = Uint32Array.from({ length: data.train.count }, (_, index) => index) } = options;
  const batches = new TaughtBatches({
    ...{ set: data.train, mean: data.mean, std: data.std, targets, batchSize, numViews, rng },
    pool: targets === null ? labelFlags(data.train).labelledAmong(pool) : pool,
  });
  const totalSteps = epochs * Math.max(1, Math.floor(pool.length / batchSize));
  const trainer = await Trainer.create(buildStep(network, options), {
    runtime,
    rng,
    binding: { batch: batchSize },
    detectAnomaly,
  });
  const stage = targets ? "distill" : "distill (no teacher)";
  await fit({
    trainer,
    totalSteps,
    schedule: oneCycleSchedule({ peak: transfer.peakLearningRate, totalSteps, end: 0.001 }),
    batch: (step) => batches.at(step),
    checkpoints: fileCheckpoints(join(folder, "checkpoint.safetensors"), join(folder, "metrics.jsonl")),
    onLog: (done, metrics) => {
      report({ stage, done, total: totalSteps, metrics });
    },
    signal,
  });
  await saveWeights(folder, network, trainer.weights({ averaged: true }));
  await trainer.release();
}

function buildStep(
  network: StudentNetwork,
  { targets, shape, transfer }: TransferOptions,
): ReturnType<typeof buildTrainStep> {
  const { temperature, labelSmoothing, terms } = transfer;
  return buildTrainStep({
    model: network,
    objective: (build) => {
      const embedding = build.apply(network.student, input("images", ["batch", ...shape.imageShape]));
      const logits = build.apply(network.head, embedding);
      const labels = input("labels", ["batch"], "int32");
      const isLabelled = input("isLabelled", ["batch"]);
      const hard = (): Tensor => labelledCrossEntropy(logits, labels, isLabelled, { labelSmoothing });
      if (!targets) return weightedTerms({ hard: 1 }, { hard });
      const teacherEmbedding = input("teacherEmbedding", ["batch", shape.embedDim]);
      const teacherLogits = input("teacherLogits", ["batch", shape.numClasses]);
      return weightedTerms(terms, {
        feature: () => featureLoss(embedding, teacherEmbedding),
        cosine: () => cosineDistance(embedding, teacherEmbedding),
        soft: () => standardizedSoftLoss(logits, teacherLogits, { temperature }),
        hard,
      });
    },
    ...transferOptimization(transfer, network),
    // The teacher's head is reused as it is (SimKD); without a teacher the head is learned.
    isTrained: (param) => !targets || (param !== network.head.weight && param !== network.head.bias),
    averageDecay: transfer.averageDecay,
  });
}
