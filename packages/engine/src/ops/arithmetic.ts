// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import type { Dim } from "../graph/dim.ts";
import { sameShape } from "../graph/dim.ts";
import type { Siblings, Tensor } from "../graph/tensor.ts";
import { concat } from "./concat.ts";
import { beforeExpand } from "./expand.ts";
import type { Operand } from "./infer.ts";
import { broadcastTypes, checkDType, operands } from "./infer.ts";
import type { NoAttributes } from "./pointwise.ts";
import { reshape } from "./layout.ts";

/** Operator of {@link add}. */
export const addOp: Op<NoAttributes> = defineOp({
  name: "Add",
  infer: ([a, b]) => [broadcastTypes("Add", a!, b!)],
  vjp: ({ grad }) => [grad, grad],
  emit: (onnx, inputs) => onnx.node("Add", inputs),
  join: {
    numMaps: 2,
    apply({ maps, reads }, attrs) {
      const [a, b] = maps as [Tensor, Tensor];
      return reads === "own channels" && sameShape(a.shape, b.shape) ? addOp.apply([a, b], attrs) : null;
    },
  },
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
  join: { numMaps: 1, apply: joinedProducts },
});

/** Maps times one number each. */
function joinedProducts({ maps: [x], reads, params }: Siblings): readonly Tensor[] | null {
  const factors = params.map(([factor]) => factor!);
  if (x!.shape.length !== 4 || !factors.every(({ shape }) => shape.every((size) => size === 1))) return null;
  const [batch, channels, ...area] = x!.shape as readonly [Dim, number, Dim, Dim];
  const column = concat(
    factors.map((factor) => reshape(factor, [1])),
    { axis: 0 },
  );
  const of = factors.length;
  const inParts = reads === "same maps" ? [batch, 1, channels, ...area] : [batch, of, channels / of, ...area];
  const products = mul(reshape(x!, inParts), reshape(column, [of, 1, 1, 1]));
  return [reshape(products, [batch, reads === "same maps" ? channels * of : channels, ...area])];
}

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
