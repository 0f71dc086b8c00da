// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { float } from "../onnx/emitter.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { cast } from "./cast.ts";
import { exp, square } from "./elementary.ts";
import type { NoAttributes } from "./pointwise.ts";
import { pointwise } from "./pointwise.ts";

/** Operator of {@link relu}. */
// y is zero where x is not positive, so two casts make the mask; a comparison or Sign is slower.
export const reluOp: Op<NoAttributes> = pointwise("Relu", ({ outputs: [y], grad }) =>
  mul(grad, cast(cast(y!, "bool"), "float32")),
);

/** `y = max(x, 0)` elementwise; the gradient at zero is zero. */
export function relu(x: Tensor): Tensor {
  return reluOp.call([x], {});
}

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

/** Operator of {@link erf}. */
// y = erf(x)  ⇒  dx = dy · (2/√π) exp(−x²)
export const erfOp: Op<NoAttributes> = pointwise("Erf", ({ inputs: [x], grad }) =>
  mul(grad, mul(exp(mul(square(x!), -1)), 2 / Math.sqrt(Math.PI))),
);

/** Operator of {@link gelu}. */
export const geluOp: Op<NoAttributes> = pointwise(
  "Gelu",
  ({ inputs: [x], grad }) => mul(grad, geluDerivativeOp.call([x!], {})),
  (onnx, inputs) => onnx.node("Gelu", inputs, { approximate: "none" }),
);

/** Derivative of {@link gelu}, `y = Φ(x) + x φ(x)` with the density `φ(x) = exp(−x²/2) / √(2π)`. */
// d(x) = Φ(x) + x φ(x)  ⇒  d′(x) = φ(x) (2 − x²)
export const geluDerivativeOp: Op<NoAttributes> = pointwise(
  "GeluDerivative",
  ({ inputs: [x], grad }) => {
    const x2 = square(x!);
    const density = mul(exp(mul(x2, -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return mul(grad, mul(density, sub(2, x2)));
  },
  // With u = x/√2: Φ = (1 + erf u) / 2, which HardSigmoid computes in one pass, and x φ = u exp(−u²) / √π, where
  // dividing by exp(u²) saves a negation and gives 0 when it overflows.
  (onnx, [x]) => {
    const u = onnx.node("Mul", [x!, onnx.scalar(Math.SQRT1_2)]);
    const cumulative = onnx.node("HardSigmoid", [onnx.node("Erf", [u])], {
      alpha: float(0.5),
      beta: float(0.5),
    });
    const rise = onnx.node("Exp", [onnx.node("Mul", [u, u])]);
    const slope = onnx.node("Div", [onnx.node("Mul", [u, onnx.scalar(1 / Math.sqrt(Math.PI))]), rise]);
    return onnx.node("Add", [cumulative, slope]);
  },
);

/** Error function `y = (2/√π) ∫₀ˣ exp(−t²) dt` elementwise. */
export function erf(x: Tensor): Tensor {
  return erfOp.call([x], {});
}

/**
 * Gaussian error linear unit `y = x Φ(x) = x (1 + erf(x/√2)) / 2` elementwise, in its exact form.
 *
 * @source Hendrycks & Gimpel 2016
 */
export function gelu(x: Tensor): Tensor {
  return geluOp.call([x], {});
}
