// SPDX-License-Identifier: Apache-2.0
import { add, mul, sub } from "../ops/index.ts";
import type { Optimizer } from "./optimizer.ts";
import { learningRateOf } from "./optimizer.ts";

/** Settings of {@link sgd}. */
export interface SgdOptions {
  /** Share of the last direction that is kept, 0 if left out. */
  readonly momentum?: number;
  /** Steps along the direction after next; false if left out. */
  readonly nesterov?: boolean;
  /** L2 penalty, added to the gradient. */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent with momentum:
 * `g ← ∇ + weightDecay · w`, `m ← momentum · m + g`, `w ← w - learningRate · (nesterov ? g + momentum · m : m)`.
 *
 * The momentum starts at zero, which gives the same first step as PyTorch's `m = g`.
 *
 * @source Sutskever et al. 2013
 */
export function sgd({ momentum = 0, nesterov = false, weightDecay = 0 }: SgdOptions = {}): Optimizer {
  const optimizer: Optimizer = {
    name: "sgd",
    slots: momentum === 0 ? [] : ["momentum"],
    scalars: () => ({}),
    update({ param, gradient, slots, scalars, policy }) {
      const rate = learningRateOf(scalars, policy);
      const decay = weightDecay * (policy.weightDecayScale ?? 1);
      const g = decay === 0 ? gradient : add(gradient, mul(param, decay));
      if (momentum === 0) return { param: sub(param, mul(g, rate)), slots: {} };
      const m = add(mul(slots["momentum"]!, momentum), g);
      const direction = nesterov ? add(g, mul(m, momentum)) : m;
      return { param: sub(param, mul(direction, rate)), slots: { momentum: m } };
    },
    elementwise: () => optimizer,
  };
  return optimizer;
}
