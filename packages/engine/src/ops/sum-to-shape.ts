// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import { formatShape, sameShape } from "../graph/dim.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import { sum } from "./reduce.ts";
import { reshape } from "./reshape.ts";

/**
 * Undoes broadcasting: sums over the axes along which `like` was stretched to the shape of `gradient`.
 *
 * @returns the gradient with the shape of `like`; the gradient itself when the shapes agree
 * @throws ShapeError `gradient-shape` when `like` does not stretch to that shape
 */
export function sumToShape(gradient: Tensor, like: Tensor): Tensor {
  if (sameShape(gradient.shape, like.shape)) return gradient;
  const numAdded = gradient.shape.length - like.shape.length;
  if (numAdded < 0) throw doesNotStretch(gradient, like);
  const axes: number[] = [];
  gradient.shape.forEach((dim, axis) => {
    const target = like.shape[axis - numAdded];
    if (target === dim) return;
    if (target !== undefined && target !== 1) throw doesNotStretch(gradient, like);
    axes.push(axis);
  });
  return reshape(sum(gradient, { axes, keepDims: numAdded === 0 }), like.shape);
}

function doesNotStretch(gradient: Tensor, like: Tensor): ShapeError {
  return new ShapeError({
    code: "gradient-shape",
    where: placeOf("sumToShape"),
    expected: `a gradient to which ${formatShape(like.shape)} broadcasts`,
    actual: formatShape(gradient.shape),
    hint: "the operator's gradient rule returns the wrong shape",
  });
}
