// SPDX-License-Identifier: Apache-2.0
import type {
  Build,
  CheckpointStore,
  HostTensor,
  MetricsLine,
  NamedTensors,
  Objective,
  Optimizer,
  Param,
  ParamPolicy,
  Rng,
  Runtime,
  Schedule,
} from "@semlink/engine";
import { buildTrainStep, fit, Trainer } from "@semlink/engine";
import type { Reporter } from "../run/progress.ts";

/** Values of parameters and buffers by name. */
export type Weights = ReadonlyMap<string, Float32Array>;

/** One training, as data: what is minimised, by which rule, over which batches, for how long. */
export interface Phase {
  /** Names its store and its progress. */
  readonly name: string;
  readonly network: object;
  readonly batchSize: number;
  /** Parts of a batch that may be computed side by side; a property of the training, since it changes its bits. */
  readonly shards: number;
  /** Number of the last step; those of {@link Phase.handOver} count. */
  readonly totalSteps: number;
  /** What it goes on from beside start weights; a state that starts anew if left out. Called only when it is trained. */
  readonly handOver?: () => Promise<HandOver>;
  /** Steps on the way at which training pauses; none if left out. */
  readonly milestones?: Milestones;
  /** Steps between lines of metrics, 50 if left out. */
  readonly logEvery?: number;
  /** Address of drawn start values and of random inputs. */
  readonly rng: Rng;
  readonly objective: (build: Build) => Objective;
  readonly optimizer: Optimizer;
  readonly policy?: (param: Param) => ParamPolicy;
  /** False for parameters that stay as they start; all are trained unless said otherwise. */
  readonly isTrained?: (param: Param) => boolean;
  readonly clipNorm?: number;
  /** Decay of the running average of the weights that is kept in their place. */
  readonly averageDecay?: number;
  readonly schedule: Schedule;
  /** Makes the source of the batches: feeds of the objective by step. Called only when there is something to train. */
  readonly prepare: () => Promise<(step: number) => NamedTensors>;
}

/** What another phase left. */
export interface HandOver {
  /** Steps that are done. */
  readonly step: number;
  /** Weights, moments of the optimizer and the like by name; what a phase has beyond them starts anew. */
  readonly state: ReadonlyMap<string, HostTensor>;
}

/** Pauses of a training, in which others look at what it has reached. */
export interface Milestones {
  /** Training pauses after each `every` steps, and at the end of the phase. */
  readonly every: number;
  /**
   * Called at each milestone, after the state is saved, with the latest values, those of `start` among them. The last
   * milestone is met again by a phase that was stopped there or is finished: whoever keeps a record of it looks whether
   * it is there.
   */
  readonly reached: (step: number, weights: Weights) => Promise<void>;
}

/** Where a phase keeps what it has reached. */
export interface PhaseStore {
  /** The weights of the finished phase; null while it is not finished. */
  weights(): Promise<Weights | null>;
  saveWeights(network: object, weights: Weights): Promise<void>;
  readonly checkpoints: CheckpointStore;
  /** Lines of metrics up to the last checkpoint. */
  metrics(): Promise<readonly MetricsLine[]>;
}

/** Where phases are trained; nothing of it changes a bit of the weights. */
export interface TrainingPlace {
  readonly runtime: Runtime;
  /** Cores that training may use, now and later. */
  readonly cores: { readonly count: number };
  /** Names the operator that makes the first value that is not finite. */
  readonly detectAnomaly: boolean;
  readonly report: Reporter;
  readonly signal: AbortSignal;
  /** Store of the phase of this name. */
  phase(name: string): PhaseStore;
}

/**
 * Trains one phase from `start`, or goes on where it was stopped, and keeps the weights in its store. A finished phase
 * is not trained again. However often it is stopped, it ends with the same bits.
 *
 * @param start - values of earlier phases; parameters without one are drawn
 * @returns all values: those of the phase, and of `start` what is not of its network
 * @throws the reason of the signal, after the state is saved
 */
export async function trainPhase(phase: Phase, start: Weights, place: TrainingPlace): Promise<Weights> {
  const { name, network, batchSize, shards, totalSteps, rng, milestones, logEvery } = phase;
  const { runtime, cores, detectAnomaly, report, signal } = place;
  const store = place.phase(name);
  const finished = await store.weights();
  if (finished) {
    const weights = new Map([...start, ...finished]);
    await milestones?.reached(totalSteps, weights);
    return weights;
  }
  const batch = totalSteps === 0 ? (): NamedTensors => ({}) : await phase.prepare();
  const trainStep = buildTrainStep({ ...phase, model: network });
  const trainer = await Trainer.create(trainStep, {
    runtime,
    rng,
    binding: { batch: batchSize },
    initial: start,
    shards,
    cores: cores.count,
    detectAnomaly,
  });
  try {
    if (phase.handOver) {
      const { step, state } = await phase.handOver();
      trainer.restore({ step, tensors: handedOver(trainer.state().tensors, state) });
    }
    const saved = milestones && (await store.checkpoints.load());
    const pauses = pausesOf(trainer.step, totalSteps, milestones?.every);
    for (const until of pauses.filter((pause) => pause >= Number(saved?.metadata["step"] ?? 0))) {
      await fit({
        trainer,
        totalSteps: until,
        schedule: phase.schedule,
        batch,
        checkpoints: store.checkpoints,
        cores: () => cores.count,
        ...(logEvery === undefined ? {} : { logEvery }),
        onLog: (done, metrics) => {
          report({ stage: name, done, total: totalSteps, metrics });
        },
        signal,
      });
      await milestones?.reached(until, new Map([...start, ...trainer.weights({ averaged: false })]));
    }
    const weights = trainer.weights({ averaged: true });
    await store.saveWeights(network, weights);
    return new Map([...start, ...weights]);
  } finally {
    await trainer.release();
  }
}

/** Every tensor of a fresh state with the value that is handed over under its name, or with its own. */
function handedOver(
  fresh: ReadonlyMap<string, HostTensor>,
  left: ReadonlyMap<string, HostTensor>,
): Map<string, HostTensor> {
  return new Map(Array.from(fresh, ([name, value]) => [name, left.get(name) ?? value]));
}

/** Steps at which training pauses, the last one included. */
function pausesOf(first: number, last: number, every = Infinity): number[] {
  const pauses: number[] = [];
  for (let step = first + every; step < last; step += every) pauses.push(step);
  return [...pauses, last];
}

/** Phases one after the other, each from the weights of the one before. */
export async function trainPhases(
  phases: readonly Phase[],
  start: Weights,
  place: TrainingPlace,
): Promise<Weights> {
  let weights = start;
  for (const phase of phases) weights = await trainPhase(phase, weights, place);
  return weights;
}
