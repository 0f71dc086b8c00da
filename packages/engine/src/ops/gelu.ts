// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { float } from "../onnx/emitter.ts";
import { mul, sub } from "./arithmetic.ts";
import { exp } from "./exponential.ts";
import type { NoAttributes } from "./pointwise.ts";
import { pointwise } from "./pointwise.ts";
import { square } from "./power.ts";

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
