// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import type { HostTensor } from "../files/index.ts";
import { isStatic } from "../graph/dim.ts";
import type { DimBinding } from "../graph/dim.ts";
import type { LoweredModel } from "../onnx/lower.ts";
import { lower } from "../onnx/lower.ts";
import type { Rng } from "../random/index.ts";
import type { NamedTensors, Runtime, Session, SessionOptions } from "../runtime/runtime.ts";
import type { TrainStep } from "./train-step.ts";
import { averagedName } from "./train-step.ts";

export interface TrainerOptions {
  readonly runtime: Runtime;
  /** Start values are drawn from `rng.fold("init").fold(name)`, random inputs from `rng.fold("step").fold(name)`. */
  readonly rng: Rng;
  /** Sizes of symbolic axes; with a known batch, faster kernels are chosen. */
  readonly binding?: DimBinding;
  /** Start values by name, instead of drawn ones: weights of an earlier stage. */
  readonly initial?: ReadonlyMap<string, Float32Array>;
  readonly session?: SessionOptions;
}

/** Everything that a run needs to go on: tensors by name, and the number of steps done. */
export interface TrainerState {
  readonly step: number;
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

/**
 * Runs a training step over and over. State lives in two sets of buffers that take turns as input and output, so no
 * weight is overwritten before the step has read it, and nothing is copied.
 */
export class Trainer {
  private readonly trainStep: TrainStep;
  private readonly session: Session;
  private readonly model: LoweredModel;
  private readonly rng: Rng;
  private readonly frozen: Record<string, HostTensor>;
  private current: Record<string, HostTensor>;
  private spare: Record<string, HostTensor>;
  private stepsDone = 0;

  private constructor(trainStep: TrainStep, model: LoweredModel, session: Session, options: TrainerOptions) {
    this.trainStep = trainStep;
    this.model = model;
    this.session = session;
    this.rng = options.rng;
    const start = (param: {
      name: string;
      shape: readonly number[];
      init: (shape: readonly number[], rng: Rng) => Float32Array;
    }): Float32Array =>
      options.initial?.get(param.name)?.slice() ??
      param.init(param.shape, options.rng.fold("init").fold(param.name));
    this.frozen = Object.fromEntries(
      trainStep.frozen.map((param) => [param.name, floatTensor(param.shape, start(param))]),
    );
    this.current = {};
    this.spare = {};
    for (const { name, shape, startsAs } of trainStep.state) {
      const size = shape.reduce((product, dim) => product * dim, 1);
      this.current[name] = floatTensor(shape, startsAs ? start(startsAs) : new Float32Array(size));
      this.spare[name] = floatTensor(shape, new Float32Array(size));
    }
  }

  static async create(trainStep: TrainStep, options: TrainerOptions): Promise<Trainer> {
    const { runtime, binding = {} } = options;
    const model = lower(trainStep.outputs, { kernels: runtime.kernels, binding, name: "train-step" });
    const session = await runtime.createSession(model.bytes, options.session);
    return new Trainer(trainStep, model, session, options);
  }

  /** Number of steps done. */
  get step(): number {
    return this.stepsDone;
  }

  /**
   * One step.
   *
   * @param data - the inputs of the objective
   * @param learningRate - rate of this step
   * @returns the metrics, `loss` among them
   * @throws SemlinkError `loss-not-finite`; the state is then that before the step
   */
  async run(data: NamedTensors, learningRate: number): Promise<Readonly<Record<string, number>>> {
    const { optimizer, averageDecay, metricNames, state } = this.trainStep;
    const step = this.stepsDone;
    const scalars: Record<string, number> = { learningRate, ...optimizer.scalars(step + 1) };
    if (averageDecay !== null) scalars["averageDecay"] = Math.min(averageDecay, (1 + step) / (10 + step));
    const feeds: Record<string, HostTensor> = { ...this.frozen, ...this.current, ...data };
    for (const [name, value] of Object.entries(scalars))
      feeds[name] = floatTensor([], Float32Array.of(value));
    for (const [name, kind] of this.model.randomInputs) feeds[name] = this.drawInput(name, kind);
    const into = Object.fromEntries(state.map(({ name }) => [`next:${name}`, this.spare[name]!]));

    const outputs = await this.session.run(pick(feeds, this.session.inputNames), into);
    const metrics = Object.fromEntries(metricNames.map((name) => [name, Number(outputs[name]!.data[0])]));
    if (!Number.isFinite(metrics["loss"])) throw lossNotFinite(step, metrics["loss"]!);
    [this.current, this.spare] = [this.spare, this.current];
    this.stepsDone++;
    return metrics;
  }

  /** State to save; the tensors are the live buffers, so write them before the next step. */
  state(): TrainerState {
    return { step: this.stepsDone, tensors: new Map(Object.entries(this.current)) };
  }

  /**
   * Goes on from a saved state.
   *
   * @throws SemlinkError `state-mismatch` when names or shapes are not those of this step
   */
  restore({ step, tensors }: TrainerState): void {
    for (const { name, shape } of this.trainStep.state) {
      const saved = tensors.get(name);
      const target = this.current[name]!.data as Float32Array;
      if (saved === undefined || saved.data.length !== target.length) throw stateMismatch(name, shape, saved);
      target.set(saved.data as Float32Array);
    }
    this.stepsDone = step;
  }

  /** Parameters and buffers by name: the averages where they are kept and asked for, the latest values otherwise. */
  weights({ averaged }: { readonly averaged: boolean }): Map<string, Float32Array> {
    const weights = new Map<string, Float32Array>();
    for (const [name, tensor] of Object.entries(this.frozen)) weights.set(name, tensor.data as Float32Array);
    for (const { name, startsAs } of this.trainStep.state) {
      if (startsAs?.name !== name) continue;
      const source = (averaged && this.current[averagedName(name)]) || this.current[name]!;
      weights.set(name, Float32Array.from(source.data as Float32Array));
    }
    return weights;
  }

  release(): Promise<void> {
    return this.session.release();
  }

  private drawInput(name: string, kind: "normal" | "uniform"): HostTensor {
    const { shape } = this.model.inputs[name]!;
    if (!isStatic(shape)) throw unboundRandom(name);
    const size = shape.reduce((product, dim) => product * dim, 1);
    const rng = this.rng.fold("step").fold(name).fold(this.stepsDone);
    return floatTensor(shape, kind === "normal" ? rng.normal(size) : rng.uniform(size));
  }
}

function floatTensor(shape: readonly number[], data: Float32Array): HostTensor {
  return { dtype: "float32", shape: [...shape], data };
}

function pick(
  feeds: Readonly<Record<string, HostTensor>>,
  names: readonly string[],
): Record<string, HostTensor> {
  return Object.fromEntries(
    names.map((name) => {
      const tensor = feeds[name];
      if (tensor === undefined) {
        throw new SemlinkError({
          code: "missing-input",
          where: "Trainer.run",
          expected: `a value for "${name}"`,
          actual: `values for ${Object.keys(feeds).length} other inputs`,
          hint: "feed every input of the objective",
        });
      }
      return [name, tensor];
    }),
  );
}

function lossNotFinite(step: number, loss: number): SemlinkError {
  return new SemlinkError({
    code: "loss-not-finite",
    where: `training step ${step}`,
    expected: "a finite loss",
    actual: `${loss}`,
    hint: "lower the learning rate, clip gradients, or check the data for NaN",
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

function unboundRandom(name: string): SemlinkError {
  return new SemlinkError({
    code: "unbound-size",
    where: `random input "${name}"`,
    expected: "sizes known before the run",
    actual: "a symbolic size",
    hint: "give the trainer a binding, such as { batch: 64 }",
  });
}
