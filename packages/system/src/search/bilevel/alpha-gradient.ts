// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import {
  add,
  div,
  gradients,
  mul,
  sqrt,
  square,
  stopGradient,
  straightThrough,
  sub,
  substitute,
  sum,
} from "@semlink/engine";

/** Losses of both levels as graphs of the same leaves. */
export interface BilevelProblem {
  /** [] `L_train(w, alpha)`, what the weights minimise */
  readonly lower: Tensor;
  /** [] `L_val(w, alpha)`, what the architecture minimises */
  readonly upper: Tensor;
  /** Leaves that the weights are. */
  readonly weights: readonly Tensor[];
  /** Leaves that the architecture's parameters are. */
  readonly architecture: readonly Tensor[];
}

/** `∇_alpha L_val(w, alpha)`: the weights are taken as those of the optimum. */
export function firstOrderGradient({ upper, architecture }: BilevelProblem): Tensor[] {
  return gradients(upper, architecture);
}

/** The step of the weights that {@link unrolledGradient} looks ahead. */
export interface UnrolledOptions {
  /** [] length `xi` of the step */
  readonly stepSize: Tensor;
  /** Share of the weights added to their gradient, 0 if left out. */
  readonly weightDecay?: number;
}

/**
 * `∇_alpha L_val(w', alpha) - xi (∇_alpha L_train(w⁺, alpha) - ∇_alpha L_train(w⁻, alpha)) / 2ε` with
 * `w' = w - xi (∇_w L_train(w, alpha) + weightDecay · w)`, `v = ∇_w' L_val(w', alpha)`, `w± = w ± ε v` and
 * `ε = 0.01 / ‖v‖₂`: what alpha does to the weights after their next step, by a central difference.
 *
 * The weights themselves never change: every `w'` is a graph beside them.
 *
 * @returns one gradient for each of the architecture's leaves
 * @source Liu et al. 2019 (DARTS), arXiv 1806.09055, eq. (7) and (8)
 * @differs without the momentum of the weights' step
 */
export function unrolledGradient(
  problem: BilevelProblem,
  { stepSize, weightDecay = 0 }: UnrolledOptions,
): Tensor[] {
  const { lower, upper, weights, architecture } = problem;
  const slopes = gradients(lower, weights);
  const ahead = weights.map((w, index) => {
    const slope = weightDecay === 0 ? slopes[index]! : add(slopes[index]!, mul(w, weightDecay));
    return stopGradient(sub(w, mul(slope, stepSize)));
  });
  const at = (loss: Tensor, values: readonly Tensor[]): Tensor =>
    substitute([loss], new Map(weights.map((w, index) => [w, values[index]!])))[0]!;

  const all = gradients(at(upper, ahead), [...ahead, ...architecture]);
  const direction = all.slice(0, weights.length).map(stopGradient);
  const epsilon = div(REACH, normOf(direction));
  const slopesBeside = (sign: 1 | -1): Tensor[] => {
    const beside = weights.map((w, index) => add(w, mul(direction[index]!, mul(epsilon, sign))));
    return gradients(at(lower, beside.map(stopGradient)), architecture);
  };
  const [plus, minus] = [slopesBeside(1), slopesBeside(-1)];
  const factor = div(stepSize, mul(epsilon, 2));
  return all
    .slice(weights.length)
    .map((direct, index) => sub(direct, mul(sub(plus[index]!, minus[index]!), factor)));
}

// How far w± lie from w [norm of the weights].
const REACH = 0.01;

/** Euclidean norm of tensors together, []. */
export function normOf(tensors: readonly Tensor[]): Tensor {
  return sqrt(tensors.map((tensor) => sum(square(tensor))).reduce((total, part) => add(total, part)));
}

/**
 * The value of a scalar with gradients of one's own choice: by each of the leaves the one given, by all others zero.
 *
 * @param value - []
 * @param leaves - parameters or inputs
 * @param slopes - one for each leaf, of its shape
 */
export function withGradients(value: Tensor, leaves: readonly Tensor[], slopes: readonly Tensor[]): Tensor {
  const products = leaves.map((leaf, index) => sum(mul(leaf, stopGradient(slopes[index]!))));
  return straightThrough(
    value,
    products.reduce((total, product) => add(total, product)),
  );
}
