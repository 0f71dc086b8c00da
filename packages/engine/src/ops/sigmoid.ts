// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { add, mul, sub } from "./arithmetic.ts";
import type { NoAttributes } from "./pointwise.ts";
import { pointwise } from "./pointwise.ts";

/** Operator of {@link sigmoid}. */
// y = σ(x)  ⇒  dx = dy ⊙ y (1 − y)
export const sigmoidOp: Op<NoAttributes> = pointwise("Sigmoid", ({ outputs: [y], grad }) =>
  mul(grad, mul(y!, sub(1, y!))),
);

/** Operator of {@link softplus}. */
export const softplusOp: Op<NoAttributes> = pointwise("Softplus", ({ inputs: [x], grad }) =>
  mul(grad, sigmoid(x!)),
);

/** Operator of {@link silu} (`beta` = 1) and {@link quickGelu} (`beta` = 1.702): `y = x σ(beta x)`. */
// y = x s, s = σ(βx)  ⇒  dx = dy ⊙ (s + βy (1 − s)) = dy ⊙ (βy + s (1 − βy)).
// Written as Sigmoid and Mul: the backward pass shares the Sigmoid, and ONNX Runtime fuses the pair without one.
export const swishOp: Op<{ beta: number }> = pointwise<{ beta: number }>(
  "Swish",
  ({ inputs: [x], outputs: [y], grad, attrs: { beta } }) => {
    const s = sigmoid(scaled(x!, beta));
    const w = scaled(y!, beta);
    return mul(grad, add(w, mul(s, sub(1, w))));
  },
  (onnx, [x], { attrs: { beta } }) => {
    const slope = beta === 1 ? x! : onnx.node("Mul", [x!, onnx.scalar(beta)]);
    return onnx.node("Mul", [x!, onnx.node("Sigmoid", [slope])]);
  },
);

function scaled(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : mul(x, factor);
}

/** Logistic function `y = 1 / (1 + exp(−x))` elementwise. */
export function sigmoid(x: Tensor): Tensor {
  return sigmoidOp.call([x], {});
}

/** `y = ln(1 + exp(x))` elementwise, without overflow for large `x`. */
export function softplus(x: Tensor): Tensor {
  return softplusOp.call([x], {});
}

/**
 * `y = x σ(x)` elementwise, also called swish.
 *
 * @source Elfwing et al. 2018
 */
export function silu(x: Tensor): Tensor {
  return swishOp.call([x], { beta: 1 });
}

/**
 * `y = x σ(1.702 x)` elementwise, the approximation of {@link gelu} that CLIP uses.
 *
 * @source Hendrycks & Gimpel 2016, section 2
 */
export function quickGelu(x: Tensor): Tensor {
  return swishOp.call([x], { beta: 1.702 });
}
