// SPDX-License-Identifier: Apache-2.0
import type { ParamNode, Tensor } from "../graph/tensor.ts";
import { add, div, maximum, mul, sqrt, square, sum } from "../ops/index.ts";

/** What a choice among optimizers may look at: name (path), shape. */
export type OptimizedParam = ParamNode["param"];

/** How one parameter is treated beside the optimizer's own settings. */
export interface ParamPolicy {
  /** Factor on the learning rate, 1 if left out. */
  readonly learningRateScale?: number;
  /** Factor on the weight decay, 1 if left out; 0 for biases and norms where wanted. */
  readonly weightDecayScale?: number;
}

/** What one step of an {@link Optimizer} has of one parameter; all but the scalars have its shape. */
export interface UpdateContext {
  readonly param: Tensor;
  readonly gradient: Tensor;
  /** State of this parameter, by slot name. */
  readonly slots: Readonly<Record<string, Tensor>>;
  /** Scalar graph inputs: `learningRate` and those of {@link Optimizer.scalars}. */
  readonly scalars: Readonly<Record<string, Tensor>>;
  readonly policy: ParamPolicy;
}

/**
 * An optimizer as graph: what it keeps for each parameter, and how one step changes parameter and slots. Slots start
 * at zero.
 */
export interface Optimizer {
  readonly name: string;
  readonly slots: readonly string[];
  /** Scalars that depend on the step alone (bias corrections), computed in float64. Steps count from 1. */
  readonly scalars: (step: number) => Readonly<Record<string, number>>;
  /** The parameter after a step, and its slots; those left out are not kept. */
  readonly update: (context: UpdateContext) => {
    readonly param: Tensor;
    readonly slots: Readonly<Record<string, Tensor>>;
  };
  /**
   * The rule that moves each number of a parameter by itself, or null when the parameter is seen as a whole. Parameters
   * with the same rule, the same object, may be updated as one joined vector.
   */
  readonly elementwise: (param: OptimizedParam) => Optimizer | null;
}

/** A function that makes each value once, for rules that must stay the same object. */
export function madeOnce<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}

/** `learningRate · learningRateScale`, without a node when the scale is 1. */
export function learningRateOf(scalars: Readonly<Record<string, Tensor>>, policy: ParamPolicy): Tensor {
  const rate = scalars["learningRate"]!;
  const scale = policy.learningRateScale ?? 1;
  return scale === 1 ? rate : mul(rate, scale);
}

/**
 * Gradients scaled so that their joint Euclidean norm is at most `maxNorm`: `g · maxNorm / max(‖g‖, maxNorm)`.
 *
 * @returns the scaled gradients and the norm before scaling, []
 * @source Pascanu et al. 2013
 */
export function clipByGlobalNorm(
  gradients: readonly Tensor[],
  maxNorm: number,
): { gradients: Tensor[]; norm: Tensor } {
  const squares = gradients.map((gradient) => sum(square(gradient)));
  const norm = sqrt(squares.reduce((total, value) => add(total, value)));
  const scale = div(maxNorm, maximum(norm, maxNorm));
  return { gradients: gradients.map((gradient) => mul(gradient, scale)), norm };
}
