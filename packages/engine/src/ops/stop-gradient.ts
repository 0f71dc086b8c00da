// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { add, sub } from "./arithmetic.ts";
import type { NoAttributes } from "./pointwise.ts";

/** Operator of {@link stopGradient}. */
export const stopGradientOp: Op<NoAttributes> = defineOp({
  name: "StopGradient",
  infer: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  vjp: "zero",
  emit: (_onnx, [x]) => x!,
});

/** `x` itself, taken as a constant by gradients. Nothing is written into the model. */
export function stopGradient(x: Tensor): Tensor {
  return stopGradientOp.call([x], {});
}

/**
 * Straight-through estimator: the value of `hard` with the gradient of `soft`, shapes broadcast.
 *
 * The value is exact: what is added, `soft − soft`, is zero for finite numbers.
 *
 * @throws ShapeError `broadcast`, `dtype`
 * @source Bengio et al. 2013
 */
export function straightThrough(hard: Tensor, soft: Tensor): Tensor {
  return add(stopGradient(hard), sub(soft, stopGradient(soft)));
}
