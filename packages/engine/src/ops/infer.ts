// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import { broadcastShapes, formatShape } from "../graph/dim.ts";
import { constant } from "../graph/leaves.ts";
import { placeOf } from "../graph/scope.ts";
import type { DType, Tensor, TensorType } from "../graph/tensor.ts";

/**
 * Type of an elementwise result: shapes broadcast against each other, one element type.
 *
 * @throws ShapeError `broadcast` when sizes disagree, `dtype` when element types differ
 */
export function broadcastTypes(name: string, a: TensorType, b: TensorType): TensorType {
  checkDType(name, b, [a.dtype]);
  return { shape: broadcastShapes(placeOf(name), a.shape, b.shape), dtype: a.dtype };
}

/** @throws ShapeError `dtype` when the tensor has none of the element types */
export function checkDType(name: string, { dtype }: TensorType, allowed: readonly DType[]): void {
  if (allowed.includes(dtype)) return;
  throw new ShapeError({
    code: "dtype",
    where: placeOf(name),
    expected: `a tensor of ${allowed.join(" or ")}`,
    actual: dtype,
    hint: "convert it with cast",
  });
}

/** @throws ShapeError `rank` when the tensor has fewer axes than `least` */
export function checkRank(name: string, { shape }: TensorType, least: number): void {
  if (shape.length >= least) return;
  throw new ShapeError({
    code: "rank",
    where: placeOf(name),
    expected: `at least ${least} ${least === 1 ? "axis" : "axes"}`,
    actual: `shape ${formatShape(shape)}`,
  });
}

/** What arithmetic takes: a tensor, or a number that becomes a scalar constant. */
export type Operand = Tensor | number;

/** Both operands as tensors; a number takes the element type of the other operand. */
export function operands(a: Operand, b: Operand): [Tensor, Tensor] {
  return [
    operand(a, typeof b === "number" ? "float32" : b.dtype),
    operand(b, typeof a === "number" ? "float32" : a.dtype),
  ];
}

function operand(value: Operand, dtype: DType): Tensor {
  return typeof value === "number" ? constant(value, [], dtype) : value;
}
