// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Objective, Param } from "@semlink/engine";
import { input, nameTree, oneCycleSchedule, paramsOf, rngFrom } from "@semlink/engine";
import type { Dataset } from "../data/dataset.ts";
import type { Task } from "../task/task.ts";
import type { TargetBank } from "../teacher/target-bank.ts";
import type { TransferConfig } from "./distill-config.ts";
import { type Phase, trainPhase, type TrainingPlace, type Weights } from "./phase.ts";
import { teacherInputs } from "./target-batch.ts";
import { TaughtBatches } from "./taught-batches.ts";
import { termsOf, weightedTerms } from "./terms.ts";
import { transferOptimization } from "./transfer-optimization.ts";

/** A semantic encoder and the head on its embedding. Field names are checkpoint keys. */
export interface TaughtNetwork {
  readonly student: Layer;
  readonly head: Layer;
}

/** What stage 1 trains, on what, and how. */
export interface TransferOptions {
  readonly task: Task;
  readonly data: Dataset;
  /** Indices of the training items to learn from; all when left out. */
  readonly pool?: Uint32Array;
  /** Teacher targets; null trains the same student by the same recipe from the truth alone. */
  readonly targets: TargetBank | null;
  /** Its head starts as the teacher's map from embedding to answer, where there is one. */
  readonly network: TaughtNetwork;
  readonly transfer: TransferConfig;
  readonly numViews: number;
  readonly seed: number;
}

/**
 * Stage 1 of robust knowledge distillation: the student learns the teacher's standardised embedding `f_T` and its
 * answers, without a channel,
 * `feature · mean((f̂ - f_T)²) + cosine · (1 - cos) + soft · (answer against the teacher's) + hard · (against the truth)`.
 *
 * Without targets the terms of the teacher fall away, the head is learned, and items without a usable truth are not
 * drawn; everything else is the same: views, order of items, steps, schedule.
 *
 * @source stages after arXiv 2508.02148; the terms and their weights are semlink's
 */
export function transferPhase(options: TransferOptions): Phase {
  const { task, data, targets, network, transfer, numViews } = options;
  nameTree(network);
  const rng = rngFrom(options.seed).fold("transfer");
  const { batchSize, epochs } = transfer;
  const { pool = Uint32Array.from({ length: data.train.count }, (_, index) => index) } = options;
  const totalSteps = epochs * Math.max(1, Math.floor(pool.length / batchSize));
  // The teacher's map is reused as it is (SimKD); a head of its own is learned.
  const kept = new Set<Param>(targets?.map ? paramsOf(network.head) : []);
  return {
    name: targets ? "distill" : "distill (no teacher)",
    network,
    batchSize,
    shards: transfer.shards,
    totalSteps,
    rng,
    objective: (build) => objectiveOf(build, options),
    ...transferOptimization(transfer, network.head),
    isTrained: (param) => !kept.has(param),
    averageDecay: transfer.averageDecay,
    schedule: oneCycleSchedule({ peak: transfer.peakLearningRate, totalSteps, end: 0.001 }),
    prepare: () => {
      const truth = task.truth(data.train);
      const batches = new TaughtBatches({
        set: data.train,
        truth,
        mean: data.mean,
        std: data.std,
        targets,
        pool: targets === null ? truth.usable(pool) : pool,
        batchSize,
        numViews,
        rng,
      });
      return Promise.resolve((step) => batches.at(step));
    },
  };
}

/** Trains stage 1: see {@link transferPhase}. */
export function transferKnowledge(options: TransferOptions, place: TrainingPlace): Promise<Weights> {
  return trainPhase(transferPhase(options), new Map(), place);
}

function objectiveOf(build: Build, { task, data, targets, network, transfer }: TransferOptions): Objective {
  const { channels, height, width } = data.train;
  const embedding = build.apply(network.student, input("images", ["batch", channels, height, width]));
  const answer = build.apply(network.head, embedding);
  const teacher = targets && teacherInputs(targets);
  const truth = task.truthInputs(task.sizes(data));
  const terms = termsOf(task, { embedding, answer, teacher, truth }, transfer);
  return weightedTerms(targets ? transfer.terms : { hard: 1 }, terms);
}
