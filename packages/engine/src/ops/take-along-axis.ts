// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import { formatShape, normalizeAxis, sameShape } from "../graph/dim.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor, TensorType } from "../graph/tensor.ts";
import { zerosLike } from "./expand.ts";
import { checkDType, checkRank } from "./infer.ts";

const TAKE = "TakeAlongAxis";
const SCATTER = "ScatterAddAlongAxis";

/** Operator of {@link takeAlongAxis}; `axis` counted from the front. */
export const takeAlongAxisOp: Op<{ axis: number }> = defineOp({
  name: TAKE,
  infer([x, indices], { axis }) {
    checkIndices(TAKE, x!, indices!, axis);
    return [{ shape: indices!.shape, dtype: x!.dtype }];
  },
  vjp: ({ inputs: [x, indices], grad, attrs }) => [
    scatterAlongAxisOp.call([zerosLike(x!), indices!, grad], attrs),
    null,
  ],
  emit: (onnx, inputs, { attrs: { axis } }) => onnx.node("GatherElements", inputs, { axis }),
});

/** Operator of {@link scatterAdd}; `axis` counted from the front. */
export const scatterAlongAxisOp: Op<{ axis: number }> = defineOp({
  name: SCATTER,
  infer([x, indices, updates], { axis }) {
    checkDType(SCATTER, x!, ["float32"]);
    checkDType(SCATTER, updates!, ["float32"]);
    checkIndices(SCATTER, x!, indices!, axis);
    if (!sameShape(indices!.shape, updates!.shape)) {
      throw new ShapeError({
        code: "updates-shape",
        where: placeOf(SCATTER),
        expected: `updates of the shape of the indices, ${formatShape(indices!.shape)}`,
        actual: formatShape(updates!.shape),
      });
    }
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  vjp: ({ inputs: [, indices], grad, attrs }) => [grad, null, takeAlongAxisOp.call([grad, indices!], attrs)],
  emit: (onnx, inputs, { attrs: { axis } }) =>
    onnx.node("ScatterElements", inputs, { axis, reduction: "add" }),
});

/**
 * One element for each index, every line along `axis` with indices of its own: for the last axis
 * `y[..., i] = x[..., indices[..., i]]`. Gradients of an element that is taken several times add up.
 *
 * @param indices - int32 or int64 in [0, size of the axis); sizes of `x` on the other axes
 * @returns the shape of `indices`
 * @throws ShapeError `indices-shape` when another axis differs, `axis-out-of-range`, `rank`, `dtype`
 */
export function takeAlongAxis(
  x: Tensor,
  indices: Tensor,
  { axis = -1 }: { readonly axis?: number } = {},
): Tensor {
  return takeAlongAxisOp.call([x, indices], { axis: axisFromFront(TAKE, x, axis) });
}

/**
 * `x` with updates added, every line along `axis` with indices of its own: for the last axis
 * `y[..., indices[..., i]] += updates[..., i]`, starting from `x`. Updates of one place add up. The adjoint of
 * {@link takeAlongAxis}.
 *
 * @param indices - int32 or int64 in [0, size of the axis); sizes of `x` on the other axes
 * @param updates - the shape of `indices`
 * @returns the shape of `x`
 * @throws ShapeError `indices-shape` when another axis differs, `updates-shape`, `axis-out-of-range`, `rank`, `dtype`
 */
export function scatterAdd(
  x: Tensor,
  indices: Tensor,
  updates: Tensor,
  { axis = -1 }: { readonly axis?: number } = {},
): Tensor {
  return scatterAlongAxisOp.call([x, indices, updates], { axis: axisFromFront(SCATTER, x, axis) });
}

function axisFromFront(name: string, x: Tensor, axis: number): number {
  checkRank(name, x, 1);
  return normalizeAxis(placeOf(name), axis, x.shape.length);
}

function checkIndices(name: string, x: TensorType, indices: TensorType, axis: number): void {
  checkDType(name, indices, ["int32", "int64"]);
  if (
    indices.shape.length === x.shape.length &&
    sameShape(indices.shape.with(axis, 0), x.shape.with(axis, 0))
  )
    return;
  throw new ShapeError({
    code: "indices-shape",
    where: placeOf(name),
    expected: `indices with the sizes of ${formatShape(x.shape)} outside axis ${axis}`,
    actual: formatShape(indices.shape),
  });
}
