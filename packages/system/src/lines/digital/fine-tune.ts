// SPDX-License-Identifier: Apache-2.0
import type { Rng, Runtime } from "@semlink/engine";
import { crossEntropy, input, nameTree, oneCycleSchedule, sgd } from "@semlink/engine";
import { imagesAtBudgets } from "./images-at-budgets.ts";
import { imageBudgets } from "./separation.ts";
import { imageSettings } from "./compressed-images.ts";
import { type Dataset, type ImageSet, selectImages } from "../../data/dataset.ts";
import { classify } from "../../task/classify/classify.ts";
import { type ProblemShape, type StudentNetwork, studentNetwork } from "../../link/networks.ts";
import { TaughtBatches } from "../../train/taught-batches.ts";
import { placeInFolders, saveWeights } from "../../train/node/phase-files.ts";
import { type Phase, trainPhase } from "../../train/phase.ts";
import type { StudentConfig } from "../../experiment.ts";
import type { SeparationConfig } from "./separation-config.ts";
import type { Reporter } from "../../run/progress.ts";
import { randomSubset } from "../../data/random-subset.ts";

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
  if (seen.count === 0) {
    await saveWeights(folder, network, start);
    return;
  }
  const place = placeInFolders(options, () => folder);
  await trainPhase(tuningPhase(network, seen, options), start, place);
}

async function compressedTrainingImages(options: FineTuneOptions): Promise<ImageSet> {
  const { data, separation, lengths, rng } = options;
  const { formats, fineTuning } = separation;
  const all = Uint32Array.from({ length: data.train.count }, (_, index) => index);
  const labelled = selectImages(data.train, classify.truth(data.train).usable(all));
  const chosen = randomSubset(labelled, fineTuning.images, rng.fold("images"));
  const budgets = imageBudgets(lengths, formats);
  if (budgets.length === 0) return selectImages(chosen, new Uint32Array(0));
  const ladders = imageSettings(formats);
  return imagesAtBudgets(chosen, { ladders, budgets, copies: fineTuning.copies, rng: rng.fold("budgets") });
}

function tuningPhase(
  network: StudentNetwork,
  seen: ImageSet,
  { data, shape, separation, rng }: FineTuneOptions,
): Phase {
  const { steps, batchSize, peakLearningRate, labelSmoothing } = separation.fineTuning;
  return {
    name: "fine-tune on compressed images",
    network,
    batchSize,
    shards: 1,
    totalSteps: steps,
    rng,
    objective: (build) => {
      const embedding = build.apply(network.student, input("images", ["batch", ...shape.imageShape]));
      const logits = build.apply(network.head, embedding);
      return { loss: crossEntropy(logits, input("labels", ["batch"], "int32"), { labelSmoothing }) };
    },
    optimizer: sgd({ momentum: 0.9, nesterov: true, weightDecay: WEIGHT_DECAY }),
    averageDecay: AVERAGE_DECAY,
    schedule: oneCycleSchedule({ peak: peakLearningRate, totalSteps: steps, end: 0.001 }),
    prepare: () => {
      const batches = new TaughtBatches({
        set: seen,
        truth: classify.truth(seen),
        mean: data.mean,
        std: data.std,
        targets: null,
        batchSize,
        numViews: NUM_VIEWS,
        rng: rng.fold("order"),
      });
      return Promise.resolve((step) => batches.at(step));
    },
  };
}
