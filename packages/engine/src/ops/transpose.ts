// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";

/** Operator of {@link transpose}. */
export const transposeOp: Op<{ perm: readonly number[] }> = defineOp({
  name: "Transpose",
  infer([x], { perm }) {
    const rank = x!.shape.length;
    const isPermutation =
      perm.length === rank && new Set(perm).size === rank && perm.every((axis) => axis in x!.shape);
    if (!isPermutation) {
      throw new ShapeError({
        code: "permutation",
        where: placeOf("Transpose"),
        expected: `each of the ${rank} axes once`,
        actual: `[${perm.join(", ")}]`,
      });
    }
    return [{ shape: perm.map((axis) => x!.shape[axis]!), dtype: x!.dtype }];
  },
  vjp: ({ grad, attrs: { perm } }) => [
    transpose(
      grad,
      perm.map((_, axis) => perm.indexOf(axis)),
    ),
  ],
  emit: (onnx, inputs, { attrs: { perm } }) => onnx.node("Transpose", inputs, { perm }),
});

/**
 * `x` with its axes in another order: axis `i` of the result is axis `perm[i]` of `x`.
 *
 * @param perm - each axis once; the reversed order when left out
 * @throws ShapeError `permutation`
 */
export function transpose(
  x: Tensor,
  perm: readonly number[] = x.shape.map((_, axis) => axis).reverse(),
): Tensor {
  const isIdentity = perm.length === x.shape.length && perm.every((axis, index) => axis === index);
  return isIdentity ? x : transposeOp.call([x], { perm });
}
