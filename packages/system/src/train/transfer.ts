// SPDX-License-Identifier: Apache-2.0
import {
  type Build,
  input,
  type Layer,
  muon,
  nameTree,
  type Objective,
  oneCycleSchedule,
  type Optimizer,
  type Param,
  type ParamPolicy,
  paramsOf,
  rngFrom,
  sgd,
} from "@semlink/engine";
import type { Dataset } from "../data/dataset.ts";
import type { Task } from "../task/task.ts";
import type { TargetBank } from "../teacher/target-bank.ts";
import type { TransferConfig } from "./distill-config.ts";
import { type Phase, type TrainingPlace, trainPhase, type Weights } from "./phase.ts";
import { TaughtBatches, teacherInputs } from "./taught-batches.ts";
import { termsOf, weightedTerms } from "./terms.ts";

// One filter for each channel is no matrix between channels: nothing in it is to be orthogonal.
const DEPTHWISE = ".depthwise.";

/** How the student of stage 1 is optimised: the rule, and the learning rate of each parameter. */
export interface TransferOptimization {
  readonly optimizer: Optimizer;
  readonly policy: (param: Param) => ParamPolicy;
}

/**
 * SGD with Nesterov momentum, or Muon for the student's filters and projector with that SGD for everything else,
 * depthwise filters among it.
 *
 * One schedule serves both: the rate of Muon's weights is `muonLearningRate / peakLearningRate` of it. Eight epochs of
 * Muon end a point above ten of SGD (docs/decisions/0013).
 *
 * @param head - turns the embedding into an answer; its parameters are named, and never orthogonalised
 * @source Jordan 2024, airbench94_muon (momentum 0.6, three steps, weights kept at the norm √rows)
 */
export function transferOptimization(
  { optimizer, peakLearningRate, muonLearningRate, weightDecay }: TransferConfig,
  head: Layer,
): TransferOptimization {
  const plain = sgd({ momentum: 0.9, nesterov: true, weightDecay });
  if (optimizer === "sgd") return { optimizer: plain, policy: () => ({}) };
  const ofHead = new Set(paramsOf(head).map(({ name }) => name));
  const isOrthogonalized = ({
    name,
    shape,
  }: {
    readonly name: string;
    readonly shape: readonly number[];
  }): boolean => shape.length >= 2 && !ofHead.has(name) && !name.includes(DEPTHWISE);
  return {
    optimizer: muon({
      others: plain,
      matches: isOrthogonalized,
      momentum: 0.6,
      steps: 3,
      normalizeWeights: true,
    }),
    policy: (param) =>
      isOrthogonalized(param) ? { learningRateScale: muonLearningRate / peakLearningRate } : {},
  };
}

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
