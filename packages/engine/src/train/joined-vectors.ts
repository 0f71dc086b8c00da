// SPDX-License-Identifier: Apache-2.0
import { numElementsOf } from "../files/index.ts";
import type { Tensor } from "../graph/tensor.ts";
import { concat, reshape, split } from "../ops/index.ts";

// Above this size the work on a tensor outweighs the overhead of its operators.
const MOST_ELEMENTS = 2 ** 14;

/** True for shapes so small that operators on them cost more than the arithmetic. */
export function isSmall(shape: readonly number[]): boolean {
  return numElementsOf(shape) <= MOST_ELEMENTS;
}

/** Tensors one behind the other as a vector; a single one stays as it is. */
export function joined(tensors: readonly Tensor[]): Tensor {
  if (tensors.length === 1) return tensors[0]!;
  return concat(
    tensors.map((tensor) => (tensor.shape.length === 1 ? tensor : reshape(tensor, [-1]))),
    { axis: 0 },
  );
}

/** The tensors of these shapes that {@link joined} put together. */
export function parted(vector: Tensor, shapes: readonly (readonly number[])[]): readonly Tensor[] {
  if (shapes.length === 1) return [vector];
  const parts = split(vector, { axis: 0, sizes: shapes.map(numElementsOf) });
  return parts.map((part, index) => (shapes[index]!.length === 1 ? part : reshape(part, shapes[index]!)));
}
