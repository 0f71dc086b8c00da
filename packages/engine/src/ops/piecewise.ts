// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { mul, sub } from "./arithmetic.ts";
import { cast } from "./cast.ts";
import { equal, greater, less } from "./compare.ts";
import type { Operand } from "./infer.ts";
import { broadcastTypes, checkDType, operands } from "./infer.ts";
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

/** Bounds of {@link clip}; a side left out is not bounded. */
export interface ClipOptions {
  readonly min?: number;
  readonly max?: number;
}

/** Operator of {@link clip}. */
export const clipOp: Op<ClipOptions> = pointwise<ClipOptions>(
  "Clip",
  // A value on a bound counts as inside, as in PyTorch.
  ({ inputs: [x], outputs: [y], grad }) => mul(grad, cast(equal(x!, y!), "float32")),
  (onnx, [x], { attrs: { min, max } }) =>
    onnx.node("Clip", [
      x!,
      min === undefined ? null : onnx.scalar(min),
      max === undefined ? null : onnx.scalar(max),
    ]),
);

/** `y = min(max(x, min), max)` elementwise. The gradient is that of `x` where `x` is not changed, else zero. */
export function clip(x: Tensor, bounds: ClipOptions): Tensor {
  return clipOp.call([x], bounds);
}

/** Operator of {@link minimum}. */
export const minimumOp: Op<NoAttributes> = extremum("Min", less);

/** Operator of {@link maximum}. */
export const maximumOp: Op<NoAttributes> = extremum("Max", greater);

/**
 * `y = min(a, b)` elementwise, shapes broadcast. Where both are equal the gradient goes to `b`.
 *
 * @throws ShapeError `broadcast` when sizes disagree
 */
export function minimum(a: Operand, b: Operand): Tensor {
  return minimumOp.call(operands(a, b), {});
}

/**
 * `y = max(a, b)` elementwise, shapes broadcast. Where both are equal the gradient goes to `b`.
 *
 * @throws ShapeError `broadcast` when sizes disagree
 */
export function maximum(a: Operand, b: Operand): Tensor {
  return maximumOp.call(operands(a, b), {});
}

function extremum(name: "Min" | "Max", isChosen: (a: Tensor, b: Tensor) => Tensor): Op<NoAttributes> {
  return defineOp({
    name,
    infer([a, b]) {
      checkDType(name, a!, ["float32"]);
      return [broadcastTypes(name, a!, b!)];
    },
    vjp({ inputs: [a, b], grad }) {
      const da = mul(grad, cast(isChosen(a!, b!), "float32"));
      return [da, sub(grad, da)];
    },
    emit: (onnx, inputs) => onnx.node(name, inputs),
  });
}
