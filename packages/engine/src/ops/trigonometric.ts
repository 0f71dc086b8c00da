// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { mul, neg, sub } from "./arithmetic.ts";
import type { NoAttributes } from "./pointwise.ts";
import { pointwise } from "./pointwise.ts";
import { square } from "./power.ts";

/** Operator of {@link sin}. */
export const sinOp: Op<NoAttributes> = pointwise("Sin", ({ inputs: [x], grad }) => mul(grad, cos(x!)));

/** Operator of {@link cos}. */
export const cosOp: Op<NoAttributes> = pointwise("Cos", ({ inputs: [x], grad }) => neg(mul(grad, sin(x!))));

/** Operator of {@link tanh}. */
// y = tanh(x)  ⇒  dx = dy (1 − y²)
export const tanhOp: Op<NoAttributes> = pointwise("Tanh", ({ outputs: [y], grad }) =>
  mul(grad, sub(1, square(y!))),
);

/** `y = sin(x)` elementwise, x in radians. */
export function sin(x: Tensor): Tensor {
  return sinOp.call([x], {});
}

/** `y = cos(x)` elementwise, x in radians. */
export function cos(x: Tensor): Tensor {
  return cosOp.call([x], {});
}

/** Hyperbolic tangent `y = tanh(x)` elementwise. */
export function tanh(x: Tensor): Tensor {
  return tanhOp.call([x], {});
}
