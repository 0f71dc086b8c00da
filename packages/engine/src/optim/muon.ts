// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "../graph/tensor.ts";
import { add, div, mul, reshape, sqrt, square, sub, sum } from "../ops/index.ts";
import { orthogonalize } from "./newton-schulz.ts";
import type { OptimizedParam, Optimizer } from "./optimizer.ts";
import { learningRateOf } from "./optimizer.ts";
import { partitioned } from "./partitioned.ts";

/** What {@link muon} orthogonalises and how, and what it leaves to another optimizer. */
export interface MuonOptions {
  /** Optimizer of the parameters that {@link MuonOptions.matches} leaves out. */
  readonly others: Optimizer;
  /** Which parameters are orthogonalised, of those with at least two axes; all of these if left out. */
  readonly matches?: (param: OptimizedParam) => boolean;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  /** Newton-Schulz steps, 5 if left out. */
  readonly steps?: number;
  /** Decoupled weight decay: `w ← w (1 - learningRate · weightDecay)` before the step. */
  readonly weightDecay?: number;
  /** Sets every weight to the norm `√rows` before its step: `w ← w √rows / ‖w‖_F`. */
  readonly normalizeWeights?: boolean;
}

/**
 * Momentum whose matrix is orthogonalised: `m ← momentum · m + ∇`, `d = nesterov ? ∇ + momentum · m : m`,
 * `w ← w - learningRate · √max(1, rows / columns) · orthogonalize(d)`.
 *
 * A parameter of any rank is the matrix of its first axis by all others, so a filter [out, height, width, in] has `out`
 * rows. Its update has singular values near 1 whatever the gradient's scale: learning rates are far above those of SGD,
 * and the parameters of `others` usually want a `learningRateScale` below 1.
 *
 * @source Jordan et al. 2024, Muon (momentum, coefficients, update scale); Jordan 2024, airbench94_muon (weight
 * normalisation, with momentum 0.6, three steps and no update scale)
 * @differs the update scale of a filter follows its flattened matrix; Jordan's code takes its last two axes
 */
export function muon(options: MuonOptions): Optimizer {
  const { others, matches = () => true } = options;
  return {
    ...partitioned([
      { matches: (param) => param.shape.length >= 2 && matches(param), optimizer: orthogonalized(options) },
      { matches: () => true, optimizer: others },
    ]),
    name: "muon",
  };
}

function orthogonalized(options: MuonOptions): Optimizer {
  const { momentum = 0.95, nesterov = true, steps = 5, weightDecay = 0, normalizeWeights = false } = options;
  return {
    name: "muon",
    slots: ["momentum"],
    scalars: () => ({}),
    update({ param, gradient, slots, scalars, policy }) {
      const rate = learningRateOf(scalars, policy);
      const m = add(mul(slots["momentum"]!, momentum), gradient);
      const direction = reshape(nesterov ? add(gradient, mul(m, momentum)) : m, [param.shape[0]!, -1]);
      const [rows, columns] = direction.shape as readonly [number, number];
      const updateScale = Math.sqrt(Math.max(1, rows / columns));
      const update = mul(orthogonalize(direction, { steps }), scaled(rate, updateScale));
      const start = normalizeWeights ? withNorm(param, Math.sqrt(rows)) : param;
      const decay = weightDecay * (policy.weightDecayScale ?? 1);
      const shrunk = decay === 0 ? start : mul(start, sub(1, mul(rate, decay)));
      return { param: sub(shrunk, reshape(update, param.shape)), slots: { momentum: m } };
    },
    elementwise: () => null,
  };
}

const scaled = (x: Tensor, factor: number): Tensor => (factor === 1 ? x : mul(x, factor));

/** `w · norm / ‖w‖_F`; zeros stay zeros. */
function withNorm(w: Tensor, norm: number): Tensor {
  return mul(w, div(norm, add(sqrt(sum(square(w))), 1e-12)));
}
