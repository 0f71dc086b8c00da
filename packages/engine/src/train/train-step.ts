// SPDX-License-Identifier: Apache-2.0
import { gradients } from "../autodiff/gradient.ts";
import { SemlinkError } from "../errors.ts";
import type { Tensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topology.ts";
import type { Param } from "../nn/index.ts";
import { Build, paramsOf } from "../nn/index.ts";
import type { Optimizer, ParamPolicy } from "../optim/index.ts";
import { clipByGlobalNorm } from "../optim/index.ts";
import type { GraphChange } from "../rewrite/index.ts";
import { rewriteGraph } from "../rewrite/index.ts";
import type { Accumulation } from "./accumulation.ts";
import { accumulateGradients } from "./accumulation.ts";
import { bufferUpdates } from "./buffer-updates.ts";
import type { SplitStep } from "./split-step.ts";
import { splitStep } from "./split-step.ts";
import { updateState } from "./state-update.ts";
import type { StateSlot } from "./state-update.ts";

/** The loss to minimise and named scalars to log beside it. */
export interface Objective {
  readonly loss: Tensor;
  readonly metrics?: Readonly<Record<string, Tensor>>;
}

/** What {@link buildTrainStep} makes a step of. */
export interface TrainStepOptions {
  /** Root object of the network: its field paths name the parameters. */
  readonly model: object;
  /** Builds the network on inputs and gives the loss, []. */
  readonly objective: (build: Build) => Objective;
  readonly optimizer: Optimizer;
  /** Which parameters are trained; all trainable ones that the objective uses, if left out. */
  readonly isTrained?: (param: Param) => boolean;
  /**
   * Factors on the learning rate and weight decay of a parameter. A rate of 0 keeps its value but still computes its
   * gradient and moments; `isTrained` spares them.
   */
  readonly policy?: (param: Param) => ParamPolicy;
  readonly clipNorm?: number;
  /**
   * Micro-batches of one step, 1 if left out: their gradients are averaged before clipping and update, in the memory of
   * one. Running statistics follow every micro-batch.
   */
  readonly accumulate?: number;
  /** Keeps an exponential moving average of parameters and buffers: `e ← decay · e + (1 - decay) · w`. */
  readonly averageDecay?: number;
}

/** One training step as a graph: data, state and scalars in; metrics and new state out. */
export interface TrainStep {
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly metricNames: readonly string[];
  readonly state: readonly StateSlot[];
  /** Parameters and buffers that are read but never changed. */
  readonly frozen: readonly Param[];
  /** What {@link rewriteGraph} did to the network before gradients were taken. */
  readonly rewrites: readonly GraphChange[];
  readonly optimizer: Optimizer;
  readonly averageDecay: number | null;
  /** Gradients of the loss on one batch by parameter name, before clipping. */
  readonly gradients: ReadonlyMap<string, Tensor>;
  /** How all micro-batches but the last are run; null when a step has one batch. */
  readonly accumulation: Accumulation | null;
  /** The same step in two parts: gradients of one batch, and the update by gradients that come in. */
  readonly split: () => SplitStep;
}

/**
 * Builds a whole training step as one graph: forward, backward, clipping, optimizer, running statistics, averages.
 * Feeding each `next:` output back as the input of the same name is training.
 *
 * Averages follow `min(averageDecay, (1 + step) / (10 + step))`, so early steps do not hang on the start values.
 *
 * @throws SemlinkError `nothing-to-train` when the objective uses no parameter that is trained
 */
export function buildTrainStep(options: TrainStepOptions): TrainStep {
  const { model, optimizer, isTrained = () => true, policy = () => ({}) } = options;
  const build = new Build(model, { training: true });
  const { loss, metrics, updates, rewrites } = rewrittenObjective(
    options.objective(build),
    bufferUpdates(build),
  );
  const used = parametersUsedBy([loss, ...updates.values()]);
  const params = paramsOf(model).filter((param) => used.has(param));
  const trained = params.filter((param) => param.trainable && isTrained(param));
  if (trained.length === 0) throw nothingToTrain(params);

  const batchMetrics: Record<string, Tensor> = { loss, ...metrics };
  const batchGradients = gradients(
    loss,
    trained.map((param) => param.value),
  );
  const named = new Map(trained.map((param, index) => [param.name, batchGradients[index]!]));
  const accumulated = accumulateGradients({
    metrics: batchMetrics,
    gradients: named,
    updates,
    numMicroBatches: options.accumulate ?? 1,
  });
  const means = accumulated?.means ?? batchGradients;
  const clipped = options.clipNorm === undefined ? null : clipByGlobalNorm(means, options.clipNorm);
  const grads = clipped?.gradients ?? means;
  const stepMetrics = clipped ? { ...batchMetrics, gradientNorm: clipped.norm } : batchMetrics;

  const settings = { optimizer, policy, averageDecay: options.averageDecay ?? null };
  const gradientOf = new Map(trained.map((param, index) => [param, grads[index]!]));
  const { outputs, state } = updateState(gradientOf, updates, settings);
  const changed = new Set<unknown>([...trained, ...updates.keys()]);
  return {
    outputs: { ...stepMetrics, ...outputs },
    metricNames: Object.keys(stepMetrics),
    state,
    frozen: params.filter((param) => !changed.has(param)),
    rewrites,
    optimizer,
    averageDecay: settings.averageDecay,
    gradients: named,
    accumulation: accumulated?.accumulation ?? null,
    split: () =>
      splitStep({
        metrics: batchMetrics,
        gradients: new Map(trained.map((param, index) => [param, batchGradients[index]!])),
        updates,
        clipNorm: options.clipNorm ?? null,
        settings,
      }),
  };
}

/** Everything that a network's forward pass gives, in fewer and larger operators. */
function rewrittenObjective(
  { loss, metrics = {} }: Objective,
  updates: ReadonlyMap<Param, Tensor>,
): Required<Objective> & Pick<TrainStep, "rewrites"> & { readonly updates: ReadonlyMap<Param, Tensor> } {
  const { outputs, changes } = rewriteGraph([loss, ...Object.values(metrics), ...updates.values()]);
  const [newLoss, ...others] = outputs as readonly [Tensor, ...Tensor[]];
  const names = Object.keys(metrics);
  return {
    loss: newLoss,
    metrics: Object.fromEntries(names.map((name, index) => [name, others[index]!])),
    updates: new Map([...updates.keys()].map((buffer, index) => [buffer, others[names.length + index]!])),
    rewrites: changes,
  };
}

function nothingToTrain(used: readonly Param[]): SemlinkError {
  const numTrainable = used.filter(({ trainable }) => trainable).length;
  return new SemlinkError({
    code: "nothing-to-train",
    where: "buildTrainStep",
    expected: "a parameter that the objective uses and that is trained",
    actual: `none: it uses ${used.length}, of which ${numTrainable} are trainable`,
    hint:
      numTrainable > 0
        ? "isTrained leaves all of them out"
        : "apply layers with the build that the objective is given; a foreign model is frozen without trainable",
  });
}

function parametersUsedBy(tensors: readonly Tensor[]): Set<unknown> {
  return new Set(topologicalOrder(tensors).flatMap((node) => (node.kind === "param" ? [node.param] : [])));
}
