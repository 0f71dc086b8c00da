// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import type { Shape } from "../graph/dim.ts";
import { broadcastShapes, formatShape, isStatic, sameShape } from "../graph/dim.ts";
import { constant } from "../graph/leaves.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { NoAttributes } from "./pointwise.ts";

/** Operator of {@link expand}. */
export const expandOp: Op<NoAttributes> = defineOp({
  name: "Expand",

  infer([x, like]) {
    const shape = broadcastShapes(placeOf("Expand"), x!.shape, like!.shape);
    if (!sameShape(shape, like!.shape)) {
      throw new ShapeError({
        code: "expand",
        where: placeOf("Expand"),
        expected: `a shape that stretches to ${formatShape(like!.shape)}`,
        actual: formatShape(x!.shape),
      });
    }
    return [{ shape, dtype: x!.dtype }];
  },

  // The walk sums the gradient to the shape of x; the values of `like` play no part.
  vjp: ({ grad }) => [grad, null],

  emit(onnx, [x, like], { outputs: [y] }) {
    const { shape } = y!;
    return onnx.node("Expand", [x!, isStatic(shape) ? onnx.ints(shape) : onnx.node("Shape", [like!])]);
  },
});

/**
 * `x` repeated to the shape of `like`, whose values are not used.
 *
 * @throws ShapeError `broadcast` or `expand` when `x` does not stretch to that shape
 */
export function expandLike(x: Tensor, like: Tensor): Tensor {
  return sameShape(x.shape, like.shape) ? x : expandOp.call([x, like], {});
}

/** Ones with the shape and element type of `x`. */
export function onesLike(x: Tensor): Tensor {
  return expandLike(constant(1, [], x.dtype), x);
}

/** Zeros with the shape and element type of `x`. */
export function zerosLike(x: Tensor): Tensor {
  return expandLike(constant(0, [], x.dtype), x);
}

/** What was stretched to make `x`, when an operator that broadcasts gets `shape` from its other operand anyway. */
export function beforeExpand(x: Tensor, shape: Shape): Tensor {
  const { node } = x;
  return node.kind === "op" && node.name === expandOp.name && sameShape(x.shape, shape) ? node.inputs[0]! : x;
}
