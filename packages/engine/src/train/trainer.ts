// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import type { HostTensor } from "../files/index.ts";
import { numElementsOf } from "../files/index.ts";
import type { Param } from "../nn/index.ts";
import type { Rng } from "../random/index.ts";
import type { NamedTensors } from "../runtime/runtime.ts";
import { findAnomaly } from "./anomaly.ts";
import type { Anomaly, Phase } from "./anomaly.ts";
import { FeedDemands } from "./feed-demands.ts";
import { RandomInputs } from "./random-inputs.ts";
import { openRunner } from "./shards/open-runner.ts";
import { averagedName } from "./state-update.ts";
import { floatTensor } from "./step-graph.ts";
import type { StepGraphOptions } from "./step-graph.ts";
import type { BrokenStep, StepRunner } from "./step-runner.ts";
import type { TrainStep } from "./train-step.ts";

/** Where a {@link Trainer} runs, what it starts from, and what it watches. */
export interface TrainerOptions extends StepGraphOptions {
  /** Start values are drawn from `rng.fold("init").fold(name)`, random inputs from `rng.fold("step").fold(name)`. */
  readonly rng: Rng;
  /** Start values by name, instead of drawn ones: weights of an earlier stage. */
  readonly initial?: ReadonlyMap<string, Float32Array>;
  /**
   * Looks at every new value of the state, and when one is not finite, or the loss is not, reruns the step to name the
   * module path and the operator where that begins.
   */
  readonly detectAnomaly?: boolean;
  /**
   * Equal parts into which a batch is cut, 1 if left out. Each is computed by a session of one thread, and gradients and
   * metrics are summed in the order of the shards: `((g₀ + g₁) + g₂) + g₃`. So the bits of a run depend on the number of
   * shards, and never on `cores`.
   *
   * Random inputs of a shard are its rows of what is drawn for the whole batch. Batch statistics are those of a shard;
   * running statistics are the mean over the shards. Everything else takes the step of one shard, up to rounding, when
   * the loss and the metrics are means over the batch. With one shard the step is one graph on this thread, with the
   * settings of `session`.
   */
  readonly shards?: number;
  /**
   * Threads that compute a step, this one among them; 1 if left out. There are never more than shards, nor more than the
   * runtime has cores. See {@link Trainer.useCores}.
   */
  readonly cores?: number;
}

/** Inputs of the objective for one step: one batch, or the list of its micro-batches. */
export type StepData = NamedTensors | readonly NamedTensors[];

/** Everything that a run needs to go on: tensors by name, and the number of steps done. */
export interface TrainerState {
  readonly step: number;
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** Shards of the steps that made it. */
  readonly shards: number;
}

/** A {@link TrainerState}; values that no step of this kind has made, such as those of another phase, have no shards. */
export type RestorableState = Omit<TrainerState, "shards"> & Partial<Pick<TrainerState, "shards">>;

/** Runs a training step over and over. */
export class Trainer {
  private readonly trainStep: TrainStep;
  private readonly options: TrainerOptions;
  private readonly runner: StepRunner;
  private readonly frozen: NamedTensors;
  private readonly random: RandomInputs;
  private readonly demands: FeedDemands;
  private stepsDone = 0;

  private constructor(
    trainStep: TrainStep,
    options: TrainerOptions,
    runner: StepRunner,
    frozen: NamedTensors,
  ) {
    this.trainStep = trainStep;
    this.options = options;
    this.runner = runner;
    this.frozen = frozen;
    this.random = new RandomInputs(trainStep.outputs, options.binding);
    this.demands = new FeedDemands(trainStep.outputs, options.binding, runner.shards);
  }

  /**
   * Loads the step on the runtime, with start values from `initial` or drawn.
   *
   * @throws SemlinkError `session-failed`, `shards`, `cores`; `indivisible-batch`, `unsplittable-input`, `unbound-size`
   * when a batch cannot be cut into shards
   */
  static async create(trainStep: TrainStep, options: TrainerOptions): Promise<Trainer> {
    const frozen = Object.fromEntries(
      trainStep.frozen.map((param) => [param.name, floatTensor(param.shape, startOf(param, options))]),
    );
    const start = trainStep.state.map(({ name, shape, startsAs }) => {
      const data = startsAs ? startOf(startsAs, options) : new Float32Array(numElementsOf(shape));
      return [name, floatTensor(shape, data)] as const;
    });
    const { detectAnomaly: checksState = false } = options;
    const setup = { ...options, trainStep, frozen, checksState };
    const runner = await openRunner(setup, Object.fromEntries(start), options);
    return new Trainer(trainStep, options, runner, frozen);
  }

  /** Number of steps done. */
  get step(): number {
    return this.stepsDone;
  }

  /** Parts into which every batch is cut. */
  get shards(): number {
    return this.runner.shards;
  }

  /** Threads that compute the next step. */
  get cores(): number {
    return this.runner.cores;
  }

  /**
   * Computes with so many threads from the next step on, and changes no bit by that; at most as many as there are shards,
   * and cores of the runtime. Threads that are missing are started while training goes on; threads that are not needed
   * rest.
   *
   * @returns when the threads are ready
   * @throws SemlinkError `cores`; what a thread threw while it started: training then goes on as before
   */
  useCores(cores: number): Promise<void> {
    return this.runner.useCores(cores);
  }

  /** Number of batches that {@link Trainer.run} takes. */
  get numMicroBatches(): number {
    return this.trainStep.accumulation?.numMicroBatches ?? 1;
  }

  /**
   * One step.
   *
   * @param data - the inputs of the objective; as many micro-batches as the step accumulates
   * @param learningRate - rate of this step
   * @returns the metrics, `loss` among them, each the mean over micro-batches
   * @throws SemlinkError `micro-batches` when their number is another; `label-range`, `single-value` for a batch that an
   * operator refuses; `loss-not-finite`, and with `detectAnomaly`
   * `state-not-finite`: the state is then that before the step
   */
  async run(data: StepData, learningRate: number): Promise<Readonly<Record<string, number>>> {
    const batches = isList(data) ? data : [data];
    const { numMicroBatches } = this;
    if (batches.length !== numMicroBatches) throw microBatches(numMicroBatches, batches.length);
    for (const batch of batches) this.demands.check(batch);
    const rng = this.options.rng.fold("step");
    const addressOf = (index: number): number[] =>
      this.trainStep.accumulation ? [this.stepsDone, index] : [this.stepsDone];
    const result = await this.runner.run({
      batch: (index) => ({ ...batches[index], ...this.random.draw(rng, addressOf(index)) }),
      scalars: this.scalars(learningRate),
    });
    if (result.broken) throw await this.notFinite(result.broken);
    this.stepsDone++;
    return result.metrics;
  }

  /** State to save; the tensors are the live buffers, so write them before the next step. */
  state(): TrainerState {
    const tensors = new Map(Object.entries(this.runner.tensors()));
    return { step: this.stepsDone, tensors, shards: this.shards };
  }

  /**
   * Goes on from a saved state, whatever the number of cores that made it.
   *
   * @throws SemlinkError `state-mismatch` when names or shapes are not those of this step, or the number of shards is
   * another
   */
  restore({ step, tensors, shards = this.shards }: RestorableState): void {
    if (shards !== this.shards) throw otherShards(this.shards, shards);
    for (const { name, shape } of this.trainStep.state) {
      const saved = tensors.get(name);
      if (saved?.data.length !== numElementsOf(shape)) throw stateMismatch(name, shape, saved);
    }
    this.runner.load(Object.fromEntries(tensors));
    this.stepsDone = step;
  }

  /** Parameters and buffers by name: the averages where they are kept and asked for, the latest values otherwise. */
  weights({ averaged }: { readonly averaged: boolean }): Map<string, Float32Array> {
    const weights = new Map<string, Float32Array>();
    for (const [name, tensor] of Object.entries(this.frozen)) weights.set(name, tensor.data as Float32Array);
    const tensors = this.runner.tensors();
    for (const { name, startsAs } of this.trainStep.state) {
      if (startsAs?.name !== name) continue;
      const source = (averaged && tensors[averagedName(name)]) || tensors[name]!;
      weights.set(name, Float32Array.from(source.data as Float32Array));
    }
    return weights;
  }

  /** Frees the sessions; threads end. */
  release(): Promise<void> {
    return this.runner.release();
  }

  private scalars(learningRate: number): Record<string, number> {
    const { optimizer, averageDecay } = this.trainStep;
    const step = this.stepsDone;
    const average =
      averageDecay === null ? {} : { averageDecay: Math.min(averageDecay, (1 + step) / (10 + step)) };
    return { learningRate, ...optimizer.scalars(step + 1), ...average };
  }

  /** The error for a loss or a new state that is not finite, with its origin where that is wanted. */
  private async notFinite({ what, actual, reruns }: BrokenStep): Promise<SemlinkError> {
    const step = `training step ${this.stepsDone}`;
    let anomaly: Anomaly | null = null;
    for (const { feeds, outputs, binding } of this.options.detectAnomaly === true ? reruns() : []) {
      const phases = phasesOf(this.trainStep, outputs);
      anomaly ??= await findAnomaly({ ...this.options, feeds, phases, binding });
    }
    return new SemlinkError({
      code: `${what}-not-finite`,
      where: anomaly === null ? step : `${step}, ${anomaly.place}`,
      expected: what === "loss" ? "a finite loss" : "finite values in the new state",
      actual: anomaly === null ? actual : `${actual}; first ${anomaly.values}`,
      hint:
        anomaly === null
          ? "lower the learning rate, clip gradients, or check the data for NaN; detectAnomaly names the operator"
          : "keep the inputs of that operator in its domain, lower the learning rate, or clip gradients",
    });
  }
}

function startOf({ name, shape, init }: Param, { initial, rng }: TrainerOptions): Float32Array {
  return initial?.get(name)?.slice() ?? init(shape, rng.fold("init").fold(name));
}

/** Forward before gradients, these before what the step makes of them. */
function phasesOf({ gradients }: TrainStep, outputs: TrainStep["outputs"]): Phase[] {
  return [
    { name: "forward", roots: [outputs["loss"]!] },
    { name: "gradient", roots: [...gradients.values()] },
    ...Object.entries(outputs).map(([name, tensor]) => ({ name, roots: [tensor] })),
  ];
}

const isList = (data: StepData): data is readonly NamedTensors[] => Array.isArray(data);

function microBatches(expected: number, actual: number): SemlinkError {
  return new SemlinkError({
    code: "micro-batches",
    where: "Trainer.run",
    expected: `${expected} micro-batches`,
    actual: `${actual}`,
    hint: "give a list with as many batches as the step accumulates",
  });
}

function otherShards(expected: number, actual: number): SemlinkError {
  return new SemlinkError({
    code: "state-mismatch",
    where: "Trainer.restore",
    expected: `a state of ${expected} shards`,
    actual: `one of ${actual}`,
    hint: "the number of shards decides the bits of a run: set shards to that of the state, or start anew",
  });
}

function stateMismatch(name: string, shape: readonly number[], saved: HostTensor | undefined): SemlinkError {
  return new SemlinkError({
    code: "state-mismatch",
    where: "Trainer.restore",
    expected: `"${name}" with shape [${shape.join(", ")}]`,
    actual: saved === undefined ? "no such tensor" : `shape [${saved.shape.join(", ")}]`,
    hint: "the checkpoint belongs to another network or optimizer",
  });
}
