// SPDX-License-Identifier: Apache-2.0
import type { Op, VjpContext } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import { normalizeAxis } from "../graph/dim.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { exp, log } from "./elementary.ts";
import { checkDType } from "./infer.ts";
import { reshape } from "./layout.ts";
import type { ReduceOptions } from "./reduce.ts";
import { max, sum } from "./reduce.ts";
import { stopGradient } from "./stop-gradient.ts";

/** Axis along which probabilities add up to one; the last if left out. */
export interface SoftmaxOptions {
  readonly axis?: number;
}

/** Operator of {@link softmax}. */
// y = softmax(x)  ⇒  dx = y ⊙ dy − y ⊙ Σ_axis (y ⊙ dy)
export const softmaxOp: Op<{ axis: number }> = alongAxis(
  "Softmax",
  ({ outputs: [y], grad, attrs: { axis } }) => {
    const weighted = mul(y!, grad);
    return sub(weighted, mul(y!, sum(weighted, { axes: axis, keepDims: true })));
  },
);

/** Operator of {@link logSoftmax}. */
// y = logSoftmax(x)  ⇒  dx = dy − exp(y) ⊙ Σ_axis dy
export const logSoftmaxOp: Op<{ axis: number }> = alongAxis(
  "LogSoftmax",
  ({ outputs: [y], grad, attrs: { axis } }) =>
    sub(grad, mul(exp(y!), sum(grad, { axes: axis, keepDims: true }))),
);

/**
 * Softmax along `axis`: `y_i = exp(x_i) / Σ_j exp(x_j)`, the shape of `x`.
 *
 * @throws ShapeError `axis-out-of-range`
 */
export function softmax(x: Tensor, { axis = -1 }: SoftmaxOptions = {}): Tensor {
  return softmaxOp.call([x], { axis });
}

/**
 * Logarithm of the softmax along `axis`: `y_i = x_i − ln Σ_j exp(x_j)`, the shape of `x`.
 *
 * @throws ShapeError `axis-out-of-range`
 */
export function logSoftmax(x: Tensor, { axis = -1 }: SoftmaxOptions = {}): Tensor {
  return logSoftmaxOp.call([x], { axis });
}

function alongAxis(
  name: "Softmax" | "LogSoftmax",
  gradient: (context: VjpContext<{ axis: number }>) => Tensor,
): Op<{ axis: number }> {
  return defineOp<{ axis: number }>({
    name,
    infer([x], { axis }) {
      checkDType(name, x!, ["float32"]);
      normalizeAxis(placeOf(name), axis, x!.shape.length);
      return [{ shape: x!.shape, dtype: x!.dtype }];
    },
    vjp: (context) => [gradient(context)],
    emit: (onnx, inputs, { attrs: { axis } }) => onnx.node(name, inputs, { axis }),
  });
}

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
