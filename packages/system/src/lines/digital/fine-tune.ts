// SPDX-License-Identifier: Apache-2.0
import type { Layer, Rng } from "@semlink/engine";
import { input, oneCycleSchedule, sgd } from "@semlink/engine";
import { type Dataset, type ImageSet, randomSubset, selectImages } from "../../data/dataset.ts";
import type { Task } from "../../task/task.ts";
import { type Phase, trainPhase, type TrainingPlace, type Weights } from "../../train/phase.ts";
import { TaughtBatches } from "../../train/taught-batches.ts";
import { imagesAtBudgets, imageSettings } from "./compressed-images.ts";
import { imageBudgets } from "./separation.ts";
import type { SeparationConfig } from "./separation-config.ts";

/** What {@link fineTuneOnCompressed} learns from. */
export interface FineTuneOptions {
  readonly task: Task;
  readonly data: Dataset;
  readonly network: { readonly student: Layer; readonly head: Layer };
  /** Weights to start from: those of the device of a link. */
  readonly start: Weights;
  readonly separation: Pick<SeparationConfig, "formats" | "fineTuning">;
  /** Transmission lengths in use [complex symbols]. */
  readonly lengths: readonly number[];
  readonly rng: Rng;
  readonly place: TrainingPlace;
}

const NUM_VIEWS = 8;
const AVERAGE_DECAY = 0.99;
const WEIGHT_DECAY = 5e-4;

/**
 * The device's student, trained on with the hard term alone on training images as a receiver of compressed images sees them
 * (`imagesAtBudgets`): byte budgets even among those of the messages of all lengths, code rates and constellations,
 * shifted and flipped after decoding.
 *
 * Where no message holds an image the student stays as it is; nothing will be judged.
 */
export async function fineTuneOnCompressed(options: FineTuneOptions): Promise<Weights> {
  const seen = await compressedTrainingImages(options);
  if (seen.count === 0) return options.start;
  return trainPhase(fineTunePhase(options, seen), options.start, options.place);
}

async function compressedTrainingImages(options: FineTuneOptions): Promise<ImageSet> {
  const { task, data, separation, lengths, rng } = options;
  const { formats, fineTuning } = separation;
  const all = Uint32Array.from({ length: data.train.count }, (_, index) => index);
  const usable = selectImages(data.train, task.truth(data.train).usable(all));
  const chosen = randomSubset(usable, fineTuning.images, rng.fold("images"));
  const budgets = imageBudgets(lengths, formats);
  if (budgets.length === 0) return selectImages(chosen, new Uint32Array(0));
  const ladders = imageSettings(formats);
  return imagesAtBudgets(chosen, { ladders, budgets, copies: fineTuning.copies, rng: rng.fold("budgets") });
}

function fineTunePhase({ task, data, network, separation, rng }: FineTuneOptions, seen: ImageSet): Phase {
  const { steps, batchSize, shards, peakLearningRate, labelSmoothing } = separation.fineTuning;
  const sizes = task.sizes(data);
  return {
    name: "fine-tune on compressed images",
    network,
    batchSize,
    shards,
    totalSteps: steps,
    rng,
    objective: (build) => {
      const images = input("images", ["batch", seen.channels, seen.height, seen.width]);
      const answer = build.apply(network.head, build.apply(network.student, images));
      const truth = task.truthInputs(sizes);
      return { loss: task.hard(answer, truth, { temperature: 1, labelSmoothing }) };
    },
    optimizer: sgd({ momentum: 0.9, nesterov: true, weightDecay: WEIGHT_DECAY }),
    averageDecay: AVERAGE_DECAY,
    schedule: oneCycleSchedule({ peak: peakLearningRate, totalSteps: steps, end: 0.001 }),
    prepare: () => {
      const batches = new TaughtBatches({
        set: seen,
        truth: task.truth(seen),
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
