// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { beforeExpand } from "./expand.ts";
import { broadcastTypes, checkDType } from "./infer.ts";
import type { Operand } from "./operand.ts";
import { operands } from "./operand.ts";
import type { NoAttributes } from "./pointwise.ts";

/** Operator of {@link add}. */
export const addOp: Op<NoAttributes> = defineOp({
  name: "Add",
  infer: ([a, b]) => [broadcastTypes("Add", a!, b!)],
  vjp: ({ grad }) => [grad, grad],
  emit: (onnx, inputs) => onnx.node("Add", inputs),
});

/** Operator of {@link sub}. */
export const subOp: Op<NoAttributes> = defineOp({
  name: "Sub",
  infer: ([a, b]) => [broadcastTypes("Sub", a!, b!)],
  vjp: ({ grad }) => [grad, neg(grad)],
  emit: (onnx, inputs) => onnx.node("Sub", inputs),
});

/** Operator of {@link mul}. */
export const mulOp: Op<NoAttributes> = defineOp({
  name: "Mul",
  infer: ([a, b]) => [broadcastTypes("Mul", a!, b!)],
  vjp: ({ inputs: [a, b], grad }) => [mul(grad, b!), mul(grad, a!)],
  emit: (onnx, inputs) => onnx.node("Mul", inputs),
});

/** Operator of {@link div}. */
export const divOp: Op<NoAttributes> = defineOp({
  name: "Div",
  infer: ([a, b]) => [broadcastTypes("Div", a!, b!)],
  // y = a / b  ⇒  da = dy / b,  db = −da ⊙ y
  vjp({ inputs: [, b], outputs: [y], grad }) {
    const da = div(grad, b!);
    return [da, neg(mul(da, y!))];
  },
  emit: (onnx, inputs) => onnx.node("Div", inputs),
});

/** Operator of {@link neg}. */
export const negOp: Op<NoAttributes> = defineOp({
  name: "Neg",
  infer([x]) {
    checkDType("Neg", x!, ["float32", "int32", "int64"]);
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  vjp: ({ grad }) => [neg(grad)],
  emit: (onnx, inputs) => onnx.node("Neg", inputs),
});

/**
 * `y = a + b`, shapes broadcast against each other.
 *
 * @throws ShapeError `broadcast` when sizes disagree, `dtype` when element types differ
 */
export function add(a: Operand, b: Operand): Tensor {
  return elementwise(addOp, a, b);
}

/**
 * `y = a − b`, shapes broadcast against each other.
 *
 * @throws ShapeError `broadcast` when sizes disagree, `dtype` when element types differ
 */
export function sub(a: Operand, b: Operand): Tensor {
  return elementwise(subOp, a, b);
}

/**
 * `y = a ⊙ b` elementwise, shapes broadcast against each other.
 *
 * @throws ShapeError `broadcast` when sizes disagree, `dtype` when element types differ
 */
export function mul(a: Operand, b: Operand): Tensor {
  return elementwise(mulOp, a, b);
}

/**
 * `y = a / b` elementwise, shapes broadcast against each other.
 *
 * @throws ShapeError `broadcast` when sizes disagree, `dtype` when element types differ
 */
export function div(a: Operand, b: Operand): Tensor {
  return elementwise(divOp, a, b);
}

/** `y = −x`, the shape and element type of `x`. */
export function neg(x: Tensor): Tensor {
  return negOp.call([x], {});
}

/**
 * Applies a binary operator to operands as they were before they were stretched: it broadcasts by itself, so the
 * Expand that gradients of sums and means end in need not be computed.
 */
function elementwise(op: Op<NoAttributes>, a: Operand, b: Operand): Tensor {
  const [left, right] = operands(a, b);
  const shortLeft = beforeExpand(left, right.shape);
  return op.call([shortLeft, beforeExpand(right, shortLeft.shape)], {});
}
