// SPDX-License-Identifier: Apache-2.0
import { constant } from "../graph/leaves.ts";
import type { DType, Tensor } from "../graph/tensor.ts";

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
