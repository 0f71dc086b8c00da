// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { div, mul, neg, sub } from "./arithmetic.ts";
import { onesLike } from "./expand.ts";
import type { NoAttributes } from "./pointwise.ts";
import { pointwise } from "./pointwise.ts";

/** Operator of {@link exp}. */
export const expOp: Op<NoAttributes> = pointwise("Exp", ({ outputs: [y], grad }) => mul(grad, y!));

/** Operator of {@link log}. */
export const logOp: Op<NoAttributes> = pointwise("Log", ({ inputs: [x], grad }) => div(grad, x!));

/** `y = exp(x)` elementwise. */
export function exp(x: Tensor): Tensor {
  return expOp.call([x], {});
}

/** Natural logarithm `y = ln(x)` elementwise. */
export function log(x: Tensor): Tensor {
  return logOp.call([x], {});
}

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

/** Operator of {@link pow}. */
export const powOp: Op<{ exponent: number }> = pointwise(
  "Pow",
  ({ inputs: [x], grad, attrs: { exponent } }) => mul(grad, mul(pow(x!, exponent - 1), exponent)),
  (onnx, [x], { attrs: { exponent } }) => onnx.node("Pow", [x!, onnx.scalar(exponent)]),
);

/** Operator of {@link square}. */
export const squareOp: Op<NoAttributes> = pointwise(
  "Square",
  ({ inputs: [x], grad }) => mul(grad, mul(x!, 2)),
  (onnx, [x]) => onnx.node("Mul", [x!, x!]),
);

/** Operator of {@link sqrt}. */
// y = √x  ⇒  dx = dy / (2 y)
export const sqrtOp: Op<NoAttributes> = pointwise("Sqrt", ({ outputs: [y], grad }) =>
  mul(grad, div(0.5, y!)),
);

/** Operator of {@link reciprocal}. */
// y = 1 / x  ⇒  dx = −dy y²
export const reciprocalOp: Op<NoAttributes> = pointwise("Reciprocal", ({ outputs: [y], grad }) =>
  neg(mul(grad, square(y!))),
);

/**
 * `y = x^exponent` elementwise, with the limit `0⁰ = 1`. A negative `x` needs an integer exponent.
 *
 * @param exponent - a number known when the graph is built
 */
export function pow(x: Tensor, exponent: number): Tensor {
  if (exponent === 0) return onesLike(x);
  if (exponent === 1) return x;
  if (exponent === 2) return square(x);
  return powOp.call([x], { exponent });
}

/** `y = x²` elementwise. */
export function square(x: Tensor): Tensor {
  return squareOp.call([x], {});
}

/** `y = √x` elementwise. The gradient is infinite at zero. */
export function sqrt(x: Tensor): Tensor {
  return sqrtOp.call([x], {});
}

/** `y = 1 / x` elementwise. */
export function reciprocal(x: Tensor): Tensor {
  return reciprocalOp.call([x], {});
}
