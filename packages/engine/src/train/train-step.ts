// SPDX-License-Identifier: Apache-2.0
import { gradients } from "../graph/gradient.ts";
import { input } from "../graph/leaves.ts";
import type { Tensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topology.ts";
import type { Param } from "../nn/index.ts";
import { Build, paramsOf } from "../nn/index.ts";
import { add, mul, sub } from "../ops/index.ts";
import type { Optimizer, ParamPolicy } from "../optim/index.ts";
import { clipByGlobalNorm } from "../optim/index.ts";

/** The loss to minimise and named scalars to log beside it. */
export interface Objective {
  readonly loss: Tensor;
  readonly metrics?: Readonly<Record<string, Tensor>>;
}

export interface TrainStepOptions {
  /** Root object of the network: its field paths name the parameters. */
  readonly model: object;
  readonly objective: (build: Build) => Objective;
  readonly optimizer: Optimizer;
  /** Which parameters are trained; all trainable ones that the objective uses, if left out. */
  readonly isTrained?: (param: Param) => boolean;
  readonly policy?: (param: Param) => ParamPolicy;
  readonly clipNorm?: number;
  /** Keeps an exponential moving average of parameters and buffers: `e ← decay · e + (1 - decay) · w`. */
  readonly averageDecay?: number;
}

/** A tensor that a step reads and replaces. */
export interface StateSlot {
  /** Input name; the new value comes out as `next:<name>`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** The parameter whose start value it takes, or null for zeros. */
  readonly startsAs: Param | null;
}

/** One training step as a graph: data, state and scalars in; metrics and new state out. */
export interface TrainStep {
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly metricNames: readonly string[];
  readonly state: readonly StateSlot[];
  /** Parameters and buffers that are read but never changed. */
  readonly frozen: readonly Param[];
  readonly optimizer: Optimizer;
  readonly averageDecay: number | null;
}

export const averagedName = (name: string): string => `average:${name}`;
const slotName = (slot: string, name: string): string => `${slot}:${name}`;

/**
 * Builds a whole training step as one graph: forward, backward, clipping, optimizer, running statistics, averages.
 * Feeding each `next:` output back as the input of the same name is training.
 *
 * Averages follow `min(averageDecay, (1 + step) / (10 + step))`, so early steps do not hang on the start values.
 */
export function buildTrainStep(options: TrainStepOptions): TrainStep {
  const { model, optimizer, isTrained = () => true, policy = () => ({}) } = options;
  const build = new Build(model, { training: true });
  const { loss, metrics = {} } = options.objective(build);
  const used = parametersUsedBy([loss, ...build.updates.values()]);
  const params = paramsOf(model).filter((param) => used.has(param));
  const trained = params.filter((param) => param.trainable && isTrained(param));

  const outputs: Record<string, Tensor> = { loss, ...metrics };
  let grads = gradients(
    loss,
    trained.map((param) => param.value),
  );
  if (options.clipNorm !== undefined) {
    const clipped = clipByGlobalNorm(grads, options.clipNorm);
    grads = clipped.gradients;
    outputs["gradientNorm"] = clipped.norm;
  }
  const metricNames = Object.keys(outputs);

  const scalarNames = ["learningRate", ...Object.keys(optimizer.scalars(1))];
  const scalars = Object.fromEntries(scalarNames.map((name) => [name, input(name, [])]));
  const next = new Map<Param, Tensor>(build.updates);
  const state: StateSlot[] = [];
  const keep = (name: string, param: Param, startsAs: Param | null, value: Tensor): void => {
    state.push({ name, shape: param.shape, startsAs });
    outputs[`next:${name}`] = value;
  };
  trained.forEach((param, index) => {
    const slots = Object.fromEntries(
      optimizer.slots.map((slot) => [slot, input(slotName(slot, param.name), param.shape)]),
    );
    const updated = optimizer.update({
      param: param.value,
      gradient: grads[index]!,
      slots,
      scalars,
      policy: policy(param),
    });
    next.set(param, updated.param);
    for (const [slot, value] of Object.entries(updated.slots))
      keep(slotName(slot, param.name), param, null, value);
  });
  for (const [param, value] of next) keep(param.name, param, param, value);
  if (options.averageDecay !== undefined) {
    const decay = input("averageDecay", []);
    for (const [param, value] of next) {
      const name = averagedName(param.name);
      const average = input(name, param.shape);
      keep(name, param, param, add(value, mul(sub(average, value), decay)));
    }
  }
  return {
    outputs,
    metricNames,
    state,
    frozen: params.filter((param) => !next.has(param)),
    optimizer,
    averageDecay: options.averageDecay ?? null,
  };
}

function parametersUsedBy(tensors: readonly Tensor[]): Set<unknown> {
  return new Set(topologicalOrder(tensors).flatMap((node) => (node.kind === "param" ? [node.param] : [])));
}
