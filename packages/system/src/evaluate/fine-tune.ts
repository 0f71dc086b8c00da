// SPDX-License-Identifier: Apache-2.0
import type { Rng, Runtime } from "@semlink/engine";
import {
  buildTrainStep,
  crossEntropy,
  fit,
  input,
  nameTree,
  oneCycleSchedule,
  sgd,
  Trainer,
} from "@semlink/engine";
import { fileCheckpoints } from "@semlink/engine/node";
import { join } from "node:path";
import { imagesAtBudgets } from "../baselines/images-at-budgets.ts";
import { imageBudgets } from "../baselines/separation.ts";
import { imageSettings } from "../baselines/compressed-images.ts";
import { type Dataset, type ImageSet, selectImages } from "../data/dataset.ts";
import { labelFlags } from "../distill/label-flags.ts";
import { type ProblemShape, type StudentNetwork, studentNetwork } from "../distill/networks.ts";
import { TaughtBatches } from "../distill/taught-batches.ts";
import { saveWeights } from "../distill/weights.ts";
import type { StudentConfig } from "../experiment.ts";
import type { SeparationConfig } from "../experiment/separation-config.ts";
import type { Reporter } from "../progress.ts";
import { randomSubset } from "./mismatch/random-subset.ts";

/** What {@link fineTuneOnCompressed} learns from, and where it leaves what it learned. */
export interface FineTuneOptions {
  readonly data: Dataset;
  readonly shape: ProblemShape;
  readonly student: StudentConfig;
  /** Weights to start from: those of the device of a link. */
  readonly start: ReadonlyMap<string, Float32Array>;
  readonly separation: Pick<SeparationConfig, "formats" | "fineTuning">;
  /** Transmission lengths in use [complex symbols]. */
  readonly lengths: readonly number[];
  readonly rng: Rng;
  readonly folder: string;
  readonly runtime: Runtime;
  readonly detectAnomaly?: boolean;
  readonly report: Reporter;
  readonly signal: AbortSignal;
}

const NUM_VIEWS = 8;
const AVERAGE_DECAY = 0.99;
const WEIGHT_DECAY = 5e-4;

/**
 * The device's student, trained on with cross entropy on training images as a receiver of compressed images sees them
 * (`imagesAtBudgets`): byte budgets even among those of the messages of all lengths, code rates and constellations,
 * shifted and flipped after decoding.
 *
 * Where no message holds an image the student stays as it is; nothing will be classified.
 */
export async function fineTuneOnCompressed(options: FineTuneOptions): Promise<void> {
  const { shape, student, start, folder } = options;
  const network = studentNetwork(shape, student, null);
  nameTree(network);
  const seen = await compressedTrainingImages(options);
  await saveWeights(folder, network, seen.count === 0 ? start : await train(network, seen, options));
}

async function compressedTrainingImages(options: FineTuneOptions): Promise<ImageSet> {
  const { data, separation, lengths, rng } = options;
  const { formats, fineTuning } = separation;
  const all = Uint32Array.from({ length: data.train.count }, (_, index) => index);
  const labelled = selectImages(data.train, labelFlags(data.train).labelledAmong(all));
  const chosen = randomSubset(labelled, fineTuning.images, rng.fold("images"));
  const budgets = imageBudgets(lengths, formats);
  if (budgets.length === 0) return selectImages(chosen, new Uint32Array(0));
  const ladders = imageSettings(formats);
  return imagesAtBudgets(chosen, { ladders, budgets, copies: fineTuning.copies, rng: rng.fold("budgets") });
}

async function train(
  network: StudentNetwork,
  seen: ImageSet,
  {
    data,
    shape,
    start,
    separation,
    rng,
    folder,
    runtime,
    detectAnomaly = false,
    report,
    signal,
  }: FineTuneOptions,
): Promise<ReadonlyMap<string, Float32Array>> {
  const { steps, batchSize, peakLearningRate, labelSmoothing } = separation.fineTuning;
  const batches = new TaughtBatches({
    ...{ set: seen, mean: data.mean, std: data.std, targets: null, batchSize, numViews: NUM_VIEWS },
    rng: rng.fold("order"),
  });
  const step = buildTrainStep({
    model: network,
    objective: (build) => {
      const embedding = build.apply(network.student, input("images", ["batch", ...shape.imageShape]));
      const logits = build.apply(network.head, embedding);
      return { loss: crossEntropy(logits, input("labels", ["batch"], "int32"), { labelSmoothing }) };
    },
    optimizer: sgd({ momentum: 0.9, nesterov: true, weightDecay: WEIGHT_DECAY }),
    averageDecay: AVERAGE_DECAY,
  });
  const trainer = await Trainer.create(step, {
    ...{ runtime, rng, binding: { batch: batchSize }, initial: start, detectAnomaly },
  });
  await fit({
    trainer,
    totalSteps: steps,
    schedule: oneCycleSchedule({ peak: peakLearningRate, totalSteps: steps, end: 0.001 }),
    batch: (index) => batches.at(index),
    checkpoints: fileCheckpoints(join(folder, "checkpoint.safetensors"), join(folder, "metrics.jsonl")),
    onLog: (done, metrics) => {
      report({ stage: "fine-tune on compressed images", done, total: steps, metrics });
    },
    signal,
  });
  const weights = trainer.weights({ averaged: true });
  await trainer.release();
  return weights;
}
