// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "../graph/tensor.ts";
import { add, sub } from "./arithmetic.ts";
import { exp, log } from "./exponential.ts";
import type { ReduceOptions } from "./reduce.ts";
import { max, sum } from "./reduce.ts";
import { reshape } from "./reshape.ts";
import { stopGradient } from "./stop-gradient.ts";

/**
 * `y = ln Σ_axes exp(x)`, computed as `m + ln Σ_axes exp(x − m)` with the maximum `m`, so that large numbers do not
 * overflow and small ones do not vanish. Its gradient is the softmax over the axes.
 *
 * @param x - [...]
 * @returns the shape of `x` without the axes, or with size 1 there when `keepDims`; [] over all axes
 * @throws ShapeError `axis-out-of-range`
 */
export function logSumExp(x: Tensor, options: ReduceOptions = {}): Tensor {
  // The result does not depend on what is subtracted, so no gradient goes through it.
  const largest = stopGradient(max(x, { ...options, keepDims: true }));
  const total = sum(exp(sub(x, largest)), options);
  return add(log(total), reshape(largest, total.shape));
}
