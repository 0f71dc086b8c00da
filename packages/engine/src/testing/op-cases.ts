// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import { broadcastShapes } from "../graph/dim.ts";
import type { DType } from "../graph/tensor.ts";

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

/** Row-major float64 values of a tensor; indices and booleans are held as numbers. */
export interface Float64Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** How the values of one sample input are drawn. */
export interface Domain {
  /** Uniform in [low, high]; [-2, 2] if left out. */
  readonly range?: readonly [low: number, high: number];
  /** Values closer to zero than this are pushed away, for operators with a kink there. */
  readonly awayFromZero?: number;
  /** All values distinct by at least the range divided by their number (max-pool, sorting). */
  readonly distinct?: boolean;
  /** Integers in [low, high] instead of reals. */
  readonly integer?: boolean;
  /** These values exactly. */
  readonly values?: readonly number[];
}

/** One application of an operator to check. */
export interface OpSample<A extends object> {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly attrs: A;
  /** Element type of each input; float32 where left out. */
  readonly dtypes?: readonly (DType | undefined)[];
  /** Domain of each input (one for all when not an array). */
  readonly domain?: Domain | readonly (Domain | undefined)[];
  /** Relative tolerance of float32 against float64, 1e-5 if left out (1e-4 for long sums). */
  readonly tolerance?: number;
  /** Looser tolerance of the float64 gradient against central differences than 1e-6, with the reason for it. */
  readonly gradientTolerance?: { readonly relative: number; readonly reason: string };
}

/** An application that must fail while the graph is built. */
export interface OpErrorSample<A extends object> {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly attrs: A;
  readonly dtypes?: readonly (DType | undefined)[];
  readonly code: string;
  readonly message: RegExp;
}

/**
 * What the runner needs to test an operator: its mathematics in float64, samples, and expected errors. The same
 * reference makes the float64 interpreter, in which gradient rules are compared with central differences.
 */
export interface OpCases<A extends object> {
  readonly op: Op<A>;
  /** The operator in float64. Output shapes are those of `infer`, with every symbol bound. */
  readonly reference: (
    inputs: readonly Float64Tensor[],
    attrs: A,
    outputShapes: readonly (readonly number[])[],
  ) => readonly Float64Tensor[];
  readonly samples: readonly OpSample<A>[];
  readonly errors: readonly OpErrorSample<A>[];
  /** Why gradients of the gradient rule are not available; left out where they are. */
  readonly noSecondOrder?: string;
}

/**
 * {@link OpCases} with the attribute type forgotten, as lists of operators hold them: samples and operator belong
 * together, and only the runner applies one to the other.
 */
export interface AnyOpCases {
  readonly op: Op<never>;
  /** The operator in float64. */
  readonly reference: (
    inputs: readonly Float64Tensor[],
    attrs: never,
    outputShapes: readonly (readonly number[])[],
  ) => readonly Float64Tensor[];
  readonly samples: readonly OpSample<object>[];
  readonly errors: readonly OpErrorSample<object>[];
  readonly noSecondOrder?: string;
}

/** Declares the cases of one operator. */
export function opCases<A extends object>(cases: OpCases<A>): OpCases<A> {
  return cases;
}
