// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import type { Dim } from "../graph/dim.ts";
import { normalizeAxis } from "../graph/dim.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import { zerosLike } from "./expand.ts";
import { checkDType, checkRank } from "./infer.ts";
import { scatterAdd } from "./take-along-axis.ts";

const NAME = "TopK";

/** Attributes of {@link topKOp}. */
export interface TopKAttributes {
  /** Counted from the front. */
  readonly axis: number;
  /** How many elements of the axis to keep: a number, or the symbol that is the size of the axis. */
  readonly count: Dim;
  /** Largest first, else smallest first. */
  readonly largest: boolean;
}

/** Outputs: values in order, and their int64 places on the axis. */
export const topKOp: Op<TopKAttributes> = defineOp({
  name: NAME,
  infer([x], { axis, count }) {
    checkDType(NAME, x!, ["float32"]);
    const size = x!.shape[axis];
    const isPart =
      typeof count === "number" && Number.isInteger(count) && count >= 1 && count <= Number(size);
    if (count !== size && !isPart) {
      throw new ShapeError({
        code: "count",
        where: placeOf(NAME),
        expected: `a count of 1 to ${size}, the size of axis ${axis}`,
        actual: `${count}`,
        hint: "of an axis whose size is known only at run time all elements can be taken",
      });
    }
    const shape = x!.shape.with(axis, count);
    return [
      { shape, dtype: "float32" },
      { shape, dtype: "int64" },
    ];
  },
  // Each value's gradient goes back to the place it came from.
  vjp: ({ inputs: [x], outputs: [, indices], grad, attrs: { axis } }) => [
    scatterAdd(zerosLike(x!), indices!, grad, { axis }),
  ],
  emit(onnx, [x], { attrs: { axis, largest }, outputs: [y] }) {
    const count = y!.shape[axis]!;
    const counts =
      typeof count === "number"
        ? onnx.ints([count])
        : onnx.node("Gather", [onnx.node("Shape", [x!]), onnx.ints([axis])]);
    return onnx.multiNode(NAME, [x!, counts], { axis, largest: largest ? 1 : 0, sorted: 1 }, { outputs: 2 });
  },
});

/** Elements in order, and where they were. */
export interface Ordered {
  readonly values: Tensor;
  /** int64 places on the axis, the shape of `values`; without gradient. */
  readonly indices: Tensor;
}

/** Axis and direction of {@link sort}. */
export interface SortOptions {
  /** The last if left out. */
  readonly axis?: number;
  /** Largest first. */
  readonly descending?: boolean;
}

/** What {@link topK} keeps. */
export interface TopKOptions {
  readonly count: number;
  /** The last if left out. */
  readonly axis?: number;
  /** False keeps the smallest. */
  readonly largest?: boolean;
}

/**
 * `x` in ascending order along `axis`: `values[i] = x[indices[i]]`. Of equal elements the first stays first. The
 * gradient of a value goes to the element it is.
 *
 * @param x - float32 of any shape, its sizes may be symbols
 * @returns values and indices, the shape of `x`
 * @throws ShapeError `axis-out-of-range`, `rank`, `dtype`
 */
export function sort(x: Tensor, { axis = -1, descending = false }: SortOptions = {}): Ordered {
  checkRank("sort", x, 1);
  const index = normalizeAxis(placeOf("sort"), axis, x.shape.length);
  return ordered(x, { axis: index, count: x.shape[index]!, largest: descending });
}

/**
 * The `count` largest elements along `axis`, largest first: the first of `sort` in descending order.
 *
 * @param x - float32 of any shape
 * @returns values and indices, the shape of `x` with `count` elements on the axis
 * @throws ShapeError `count` when the axis has not as many, `axis-out-of-range`, `rank`, `dtype`
 */
export function topK(x: Tensor, { count, axis = -1, largest = true }: TopKOptions): Ordered {
  checkRank("topK", x, 1);
  return ordered(x, { axis: normalizeAxis(placeOf("topK"), axis, x.shape.length), count, largest });
}

function ordered(x: Tensor, attrs: TopKAttributes): Ordered {
  const [values, indices] = topKOp.apply([x], attrs);
  return { values: values!, indices: indices! };
}
