// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "../graph/tensor.ts";
import { add, div, maximum, mul, sqrt, square, sum } from "../ops/index.ts";

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
