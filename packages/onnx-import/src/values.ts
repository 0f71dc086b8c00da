// SPDX-License-Identifier: Apache-2.0
import { formatShape, placeOf, SemlinkError } from "@semlink/engine";
import type { Dim, DType, Param, Tensor } from "@semlink/engine";

/** A value that is known while the graph is built, row-major; sizes among its elements may be symbols. */
export interface KnownValue {
  readonly kind: "known";
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly elements: ArrayLike<Dim>;
  /** True for a single number that a node of the file carries: a setting, not a weight. */
  readonly isPlain?: boolean;
  /** ONNX's number of the element type that the file has, where it is stored. */
  readonly elementType?: number;
}

/** A value that is computed when the graph runs. */
export interface ComputedValue {
  readonly kind: "computed";
  readonly tensor: Tensor;
}

/** A stored tensor that became a parameter. */
export interface ParameterValue {
  readonly kind: "parameter";
  readonly param: Param;
  /** True when `param` holds an ONNX filter [out, in, height, width] as [out, height, width, in]. */
  readonly isFilter: boolean;
  /** The values as the file has them. */
  readonly stored: KnownValue;
  /** The values as the engine has them, laid out like `param`. */
  readonly values: Float32Array;
}

/** What a name of a foreign graph stands for while engine operators are built from it. */
export type ForeignValue = KnownValue | ComputedValue | ParameterValue;

/** Most elements of a value that is computed while the graph is built. */
const MOST_ELEMENTS = 2 ** 26;

/**
 * Number of elements of a known value of some sizes.
 *
 * @throws SemlinkError `too-large` when it could not be kept, `input-shape` when a size is negative
 */
export function knownSize(shape: readonly number[]): number {
  const size = shape.reduce((product, dim) => product * dim, 1);
  const isShape = shape.every((dim) => Number.isInteger(dim) && dim >= 0);
  if (isShape && size <= MOST_ELEMENTS) return size;
  throw new SemlinkError({
    code: isShape ? "too-large" : "input-shape",
    where: placeOf("constant"),
    expected: isShape ? `a constant of at most ${MOST_ELEMENTS} elements` : "sizes of at least 0",
    actual: isShape ? `${size}` : formatShape(shape),
  });
}

/** A known value from its parts. */
export function known(dtype: DType, shape: readonly number[], elements: ArrayLike<Dim>): KnownValue {
  return { kind: "known", dtype, shape, elements };
}

/** The known value whose element at each index, outermost axis first, is `at(index)`. */
export function tabulateKnown(
  dtype: DType,
  shape: readonly number[],
  at: (index: readonly number[]) => Dim,
): KnownValue {
  const elements = Array.from({ length: knownSize(shape) }, (_, position) => {
    let rest = position;
    const index = new Array<number>(shape.length).fill(0);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return at(index);
  });
  return known(dtype, shape, elements);
}

/** The element at an index of the same or of a higher rank: axes are aligned at the last, size 1 stretches. */
export function elementOf({ shape, elements }: KnownValue, index: readonly number[]): Dim {
  const lead = index.length - shape.length;
  const position = shape.reduce((sum, size, axis) => sum * size + (size === 1 ? 0 : index[lead + axis]!), 0);
  return elements[position]!;
}
