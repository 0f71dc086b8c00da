// SPDX-License-Identifier: Apache-2.0
import type { Optimizer } from "@semlink/engine";
import { constant } from "@semlink/engine";
import type { ProposalConfig } from "../search-config.ts";
import type { SearchEpoch } from "../search-results.ts";

/** When and how fast an optimizer moves that does not follow the course of a step. */
export interface OwnCourse {
  readonly learningRate: number;
  /** Step of the training, counted from 0, that is the first of this optimizer. */
  readonly firstStep: number;
}

/**
 * An optimizer with a learning rate and a count of steps of its own, whatever the schedule of others in the same
 * training.
 *
 * @param optimizer - one that moves each number by itself, such as `adam`
 */
export function onOwnCourse(optimizer: Optimizer, { learningRate, firstStep }: OwnCourse): Optimizer {
  const own: Optimizer = {
    ...optimizer,
    name: `${optimizer.name}(${learningRate})`,
    scalars: (step) => optimizer.scalars(Math.max(1, step - firstStep)),
    update: (context) =>
      optimizer.update({
        ...context,
        scalars: { ...context.scalars, learningRate: constant(learningRate) },
      }),
    elementwise: (param) => optimizer.elementwise(param) && own,
  };
  return own;
}

/** Epochs `from`, ..., `to - 1`, which one graph serves. */
export interface SearchPhase {
  /** Weights alone; both levels; both levels with the primitives that pruning left. */
  readonly name: "warmup" | "bilevel" | "pruned";
  readonly from: number;
  readonly to: number;
}

/** The phases of a search in order; those without epochs are left out. */
export function searchPhases({
  epochs,
  warmupFraction,
  pruning,
}: Pick<ProposalConfig, "epochs" | "warmupFraction" | "pruning">): readonly SearchPhase[] {
  const start = Math.round(warmupFraction * epochs);
  const neverPrunes = pruning.atFraction === 1 || pruning.keepFraction === 1;
  const pruned = neverPrunes ? epochs : Math.max(1, start, Math.round(pruning.atFraction * epochs));
  const phases: SearchPhase[] = [
    { name: "warmup", from: 0, to: start },
    { name: "bilevel", from: start, to: pruned },
    { name: "pruned", from: pruned, to: epochs },
  ];
  return phases.filter(({ from, to }) => from < to);
}

// What alpha can move in all under Adam: the sum of its learning rates.
const ALPHA_REACH = 3;

/** Learning rate of alpha, by default `3 / number of its steps`, and its first step. */
export function alphaCourse(
  { epochs, warmupFraction, alpha }: ProposalConfig,
  stepsPerEpoch: number,
): OwnCourse {
  const firstStep = Math.round(warmupFraction * epochs) * stepsPerEpoch;
  const numSteps = Math.max(1, epochs * stepsPerEpoch - firstStep);
  return { learningRate: alpha.learningRate ?? ALPHA_REACH / numSteps, firstStep };
}

/** `weight · (progress - start) / (1 - start)`, 0 before the start; progress runs from 0 to 1. */
export function entropyWeightAt({ entropy }: Pick<ProposalConfig, "entropy">, progress: number): number {
  const { weight, startFraction } = entropy;
  return weight * Math.max(0, (progress - startFraction) / (1 - startFraction));
}

// Relative distance from the target within which the weight stays, and the factor by which it changes beyond.
const DEAD_BAND = 0.05;
const WEIGHT_FACTOR = 1.5;

/**
 * Weight of the complexity penalty in the epoch behind `previous`: as configured, or, with a target, 1.5 times that of
 * the epoch before where E[C] was more than 5 % above it, and 1 / 1.5 where it was as far below.
 */
export function complexityWeightAfter(
  { complexity }: Pick<ProposalConfig, "complexity">,
  previous: Pick<SearchEpoch, "complexityWeight" | "expected"> | undefined,
): number {
  const { weight, targetMacs } = complexity;
  if (targetMacs === undefined || previous === undefined) return weight;
  const ratio = previous.expected.macs / targetMacs;
  if (ratio > 1 + DEAD_BAND) return previous.complexityWeight * WEIGHT_FACTOR;
  return ratio < 1 - DEAD_BAND ? previous.complexityWeight / WEIGHT_FACTOR : previous.complexityWeight;
}
