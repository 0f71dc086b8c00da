// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { mul } from "./arithmetic.ts";
import type { NoAttributes } from "./pointwise.ts";
import { pointwise } from "./pointwise.ts";

/** Operator of {@link abs}. */
export const absOp: Op<NoAttributes> = pointwise("Abs", ({ inputs: [x], grad }) => mul(grad, sign(x!)));

/** Operator of {@link sign}. */
// ONNX Runtime's own Sign is slow. The factor lifts every normal float32 above 1.
export const signOp: Op<NoAttributes> = pointwise("Sign", "zero", (onnx, [x]) => {
  const lifted = onnx.node("Mul", [x!, onnx.scalar(2 ** 127)]);
  return onnx.node("Clip", [lifted, onnx.scalar(-1), onnx.scalar(1)]);
});

/** `y = |x|` elementwise; the gradient at zero is zero. */
export function abs(x: Tensor): Tensor {
  return absOp.call([x], {});
}

/** `y = −1, 0 or 1`, the sign of `x`, elementwise. The gradient is zero. */
export function sign(x: Tensor): Tensor {
  return signOp.call([x], {});
}
