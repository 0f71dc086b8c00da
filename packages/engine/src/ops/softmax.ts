// SPDX-License-Identifier: Apache-2.0
import type { Op, VjpContext } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import { normalizeAxis } from "../graph/dim.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import { mul, sub } from "./arithmetic.ts";
import { exp } from "./exponential.ts";
import { checkDType } from "./infer.ts";
import { sum } from "./reduce.ts";

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
