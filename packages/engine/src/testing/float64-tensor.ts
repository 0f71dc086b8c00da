// SPDX-License-Identifier: Apache-2.0
import { broadcastShapes } from "../graph/dim.ts";
import type { Float64Tensor } from "./op-cases.ts";

/** A tensor over the given row-major values. */
export function float64Tensor(shape: readonly number[], values: ArrayLike<number>): Float64Tensor {
  return { shape, data: Float64Array.from(values) };
}

/** A tensor whose elements are given by their index along each axis. */
export function tabulate(
  shape: readonly number[],
  valueAt: (index: readonly number[], offset: number) => number,
): Float64Tensor {
  const data = new Float64Array(numElements(shape));
  const index = shape.map(() => 0);
  for (let offset = 0; offset < data.length; offset++) {
    data[offset] = valueAt(index, offset);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return { shape, data };
}

/** Number of elements of a shape, 1 for a scalar. */
export function numElements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Place of an element in row-major order. Axes of size 1 are stretched, and surplus leading indices left out. */
export function offsetOf(shape: readonly number[], index: readonly number[]): number {
  const numLeading = index.length - shape.length;
  return shape.reduce(
    (offset, size, axis) => offset * size + (size === 1 ? 0 : index[numLeading + axis]!),
    0,
  );
}

/** Element of a tensor by index, stretched as in broadcasting. */
export function elementAt({ shape, data }: Float64Tensor, index: readonly number[]): number {
  return data[offsetOf(shape, index)]!;
}

/** `y_i = f(x_i)`. */
export function mapElements({ shape, data }: Float64Tensor, f: (value: number) => number): Float64Tensor {
  return { shape, data: data.map(f) };
}

/** `y_i = f(a_i, b_i, ...)`, shapes broadcast. */
export function mapBroadcast(
  tensors: readonly Float64Tensor[],
  f: (...values: readonly number[]) => number,
): Float64Tensor {
  const shape = tensors.reduce<readonly number[]>(
    (common, tensor) => broadcastShapes("reference", common, tensor.shape) as readonly number[],
    [],
  );
  return tabulate(shape, (index) => f(...tensors.map((tensor) => elementAt(tensor, index))));
}
