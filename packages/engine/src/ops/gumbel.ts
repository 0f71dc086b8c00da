// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import { add, mul, neg } from "./arithmetic.ts";
import { log } from "./elementary.ts";
import { onesLike, zerosLike } from "./expand.ts";
import { clip } from "./piecewise.ts";
import { softmax } from "./softmax.ts";
import { topK } from "./sort.ts";
import { straightThrough } from "./stop-gradient.ts";
import { scatterAdd } from "./take-along-axis.ts";

/**
 * Gumbel(0, 1) noise from uniform numbers: `g = −ln(−ln u)`, the shape of `uniform`.
 *
 * @param uniform - in [0, 1), such as a random input; values are kept 2⁻²⁵ away from 0 and 2⁻²⁴ from 1
 */
export function gumbelNoise(uniform: Tensor): Tensor {
  return neg(log(neg(log(clip(uniform, { min: 2 ** -25, max: 1 - 2 ** -24 })))));
}

/** Softness of {@link gumbelSoftmax}. */
export interface GumbelSoftmaxOptions {
  /** Above 0; towards 0 samples become one-hot. */
  readonly temperature: number;
  /** One-hot values with the gradient of the soft ones. */
  readonly hard?: boolean;
  /** The last if left out. */
  readonly axis?: number;
}

/**
 * Differentiable sample of a category: `y = softmax((logits + noise) / temperature)`, the shape of `logits`. With
 * Gumbel noise the largest element is category `i` with probability `softmax(logits)_i`.
 *
 * @param logits - [..., categories, ...], categories on `axis`
 * @param noise - Gumbel(0, 1), the shape of `logits`; see {@link gumbelNoise}
 * @throws SemlinkError `invalid-temperature` unless the temperature is above 0; ShapeError `axis-out-of-range`,
 * `broadcast`
 * @source Jang et al. 2017
 */
export function gumbelSoftmax(
  logits: Tensor,
  noise: Tensor,
  { temperature, hard = false, axis = -1 }: GumbelSoftmaxOptions,
): Tensor {
  if (!(temperature > 0)) {
    throw new SemlinkError({
      code: "invalid-temperature",
      where: placeOf("gumbelSoftmax"),
      expected: "a temperature above 0",
      actual: `${temperature}`,
    });
  }
  const perturbed = add(logits, noise);
  const soft = softmax(mul(perturbed, 1 / temperature), { axis });
  if (!hard) return soft;
  const { values, indices } = topK(perturbed, { count: 1, axis });
  return straightThrough(scatterAdd(zerosLike(perturbed), indices, onesLike(values), { axis }), soft);
}
