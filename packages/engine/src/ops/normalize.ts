// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "../graph/tensor.ts";
import { div } from "./arithmetic.ts";
import { maximum } from "./extremum.ts";
import { sqrt, square } from "./power.ts";
import { sum } from "./reduce.ts";

/** Axis and guard of {@link l2Normalize}. */
export interface L2NormalizeOptions {
  /** The last if left out. */
  readonly axis?: number;
  /** Vectors shorter than this are divided by it instead of by their length. */
  readonly epsilon?: number;
}

/**
 * Vectors of length one along `axis`: `y = x / max(‖x‖₂, ε)`, the shape of `x`.
 *
 * The maximum is taken of squares, so that the gradient at zero is finite.
 *
 * @throws ShapeError `axis-out-of-range`
 */
export function l2Normalize(x: Tensor, { axis = -1, epsilon = 1e-8 }: L2NormalizeOptions = {}): Tensor {
  const squaredNorm = sum(square(x), { axes: axis, keepDims: true });
  return div(x, sqrt(maximum(squaredNorm, epsilon ** 2)));
}
