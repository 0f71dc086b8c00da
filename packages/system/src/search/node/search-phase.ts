// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "@semlink/engine";
import { cosineSchedule, nameTree, SemlinkError } from "@semlink/engine";
import type { Milestones, Phase, TrainingPlace } from "../../train/phase.ts";
import type { SearchPhase } from "../bilevel/schedule.ts";
import { alphaCourse, complexityWeightAfter, entropyWeightAt } from "../bilevel/schedule.ts";
import { bilevelStep, VALIDATION, weightsStep } from "../bilevel/search-step.ts";
import type { SearchSetup } from "../propose/search-setup.ts";
import { searchRng } from "../propose/search-setup.ts";
import type { ProposalConfig } from "../search-config.ts";
import type { SearchEpoch } from "../search-results.ts";
import { strongestPrimitives } from "../supernet/edge-weights.ts";
import { type SearchNetwork, searchNetwork } from "../supernet/search-network.ts";

/** Steps between lines of metrics, few enough that an epoch has several. */
const LOG_EVERY = 20;

/** What a phase of a search is made from. */
export interface SearchPhaseOptions {
  readonly setup: SearchSetup;
  readonly phase: SearchPhase;
  /** The phase before it, whose weights and moments go on; null at the start. */
  readonly before: SearchPhase | null;
  /** The supernet of the phase, as {@link networkOfPhase} gives it. */
  readonly network: SearchNetwork;
  /** Records of the epochs so far; that of an epoch is there before the first step of the next. */
  readonly epochs: () => readonly SearchEpoch[];
  readonly reached: Milestones["reached"];
  readonly place: TrainingPlace;
}

/**
 * The supernet of a phase; pruning goes by the strengths behind the phase before.
 *
 * @param epochs - what was recorded before the phase
 */
export function networkOfPhase(
  { problem, config, primitives }: SearchSetup,
  { name, from }: SearchPhase,
  epochs: readonly SearchEpoch[],
): SearchNetwork {
  const strengths = name === "pruned" ? epochs[from - 1]?.strengths : undefined;
  const { keepFraction } = config.pruning;
  const kept = strengths && {
    normal: strongestPrimitives(strengths.normal, primitives, keepFraction),
    reduce: strongestPrimitives(strengths.reduce, primitives, keepFraction),
  };
  const network = searchNetwork({ problem, config, primitives, kept });
  nameTree(network);
  return network;
}

/** Weight of the complexity penalty in the epoch behind `previous`; the warm-up, in which alpha rests, adapts nothing. */
export function complexityWeightIn(
  { name }: SearchPhase,
  config: ProposalConfig,
  previous: SearchEpoch | undefined,
): number {
  return complexityWeightAfter(config, name === "warmup" ? undefined : previous);
}

/**
 * A phase of a search as a training. What the phase before left under the same names goes on, moments of the optimizers
 * included; the rest starts anew. It pauses after every epoch.
 */
export function searchTraining(options: SearchPhaseOptions): Phase {
  const { setup, phase, before, network, epochs, reached, place } = options;
  const { problem, config, primitives, reference, train, validation } = setup;
  const { stepsPerEpoch } = train;
  const isWarmup = phase.name === "warmup";
  const course = alphaCourse(config, stepsPerEpoch);
  const step = { network, problem, config, primitives, alphaCourse: course, reference };
  const allSteps = config.epochs * stepsPerEpoch;
  const schedule = cosineSchedule({ peak: config.weights.peakLearningRate, totalSteps: allSteps });
  const complexityWeight = (epoch: number): number => complexityWeightIn(phase, config, epochs()[epoch - 1]);
  return {
    name: phase.name,
    network,
    batchSize: config.batchSize,
    shards: 1,
    totalSteps: phase.to * stepsPerEpoch,
    ...(before && {
      handOver: async () => {
        return { step: phase.from * stepsPerEpoch, state: await stateBehind(before, place) };
      },
    }),
    milestones: { every: stepsPerEpoch, reached },
    logEvery: LOG_EVERY,
    rng: searchRng(setup),
    ...(isWarmup ? weightsStep(step) : bilevelStep(step)),
    schedule,
    prepare: () =>
      Promise.resolve((at) => ({
        ...train.at(at),
        ...(isWarmup ? {} : validation.at(at, VALIDATION)),
        complexityWeight: scalar(complexityWeight(Math.floor(at / stepsPerEpoch))),
        entropyWeight: scalar(entropyWeightAt(config, at / allSteps)),
        auxiliarySkip: scalar(1 - at / allSteps),
        unrolledStep: scalar(schedule(at)),
      })),
  };
}

/** Weights and moments that a phase left. @throws SemlinkError "corrupt-file" when its checkpoint is gone */
async function stateBehind(
  { name }: SearchPhase,
  place: TrainingPlace,
): Promise<ReadonlyMap<string, HostTensor>> {
  const { checkpoints } = place.phase(name);
  const left = await checkpoints.load();
  if (left) return left.tensors;
  throw new SemlinkError({
    code: "corrupt-file",
    where: checkpoints.name,
    expected: `the state behind the phase ${name}`,
    actual: "none",
    hint: "delete the folder of the search; it is done again",
  });
}

const scalar = (value: number): HostTensor => ({ dtype: "float32", shape: [], data: Float32Array.of(value) });
