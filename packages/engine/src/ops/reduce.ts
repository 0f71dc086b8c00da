// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import type { Op, VjpContext } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import type { Shape } from "../graph/dim.ts";
import { formatShape, normalizeAxis, productOf, sameShape } from "../graph/dim.ts";
import { constant } from "../graph/leaves.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor, TensorType } from "../graph/tensor.ts";
import type { EmitContext, Emitter, Value } from "../onnx/emitter.ts";
import { div, mul } from "./arithmetic.ts";
import { cast, onnxCode } from "./cast.ts";
import { equal } from "./compare.ts";
import { expandLike } from "./expand.ts";
import { checkDType } from "./infer.ts";
import { reshape } from "./layout.ts";

/** Attributes of a reduction. */
export interface ReduceAttributes {
  /** Axes from the front, ascending, at least one. */
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** Operator of {@link sum}. */
export const sumOp: Op<ReduceAttributes> = reduction("ReduceSum", ({ inputs: [x], grad, attrs }) =>
  expandLike(withKeptAxes(grad, x!, attrs), x!),
);

/** Operator of {@link mean}. */
export const meanOp: Op<ReduceAttributes> = reduction("ReduceMean", ({ inputs: [x], grad, attrs }) =>
  expandLike(div(withKeptAxes(grad, x!, attrs), sizeOf(x!, attrs.axes)), x!),
);

/** Operator of {@link max}. */
// Equal maxima share the gradient, as in PyTorch's amax.
export const maxOp: Op<ReduceAttributes> = reduction(
  "ReduceMax",
  ({ inputs: [x], outputs: [y], grad, attrs }) => {
    const isMax = cast(equal(x!, withKeptAxes(y!, x!, attrs)), "float32");
    const share = div(withKeptAxes(grad, x!, attrs), sum(isMax, { axes: attrs.axes, keepDims: true }));
    return mul(isMax, share);
  },
);

/** Which axes a reduction removes. */
export interface ReduceOptions {
  /** Axes to reduce, negative ones counted from the back; all axes when left out. */
  readonly axes?: number | readonly number[];
  /** Keeps reduced axes with size 1. */
  readonly keepDims?: boolean;
}

/**
 * `y = Σ_axes x`.
 *
 * @param x - [...]
 * @returns the shape of `x` without the axes, or with size 1 there when `keepDims`; [] over all axes
 * @throws ShapeError `axis-out-of-range`
 */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce(sumOp, x, options);
}

/**
 * `y = (1 / n) Σ_axes x` with `n` elements over the axes; a size known only at run time is counted then.
 *
 * @param x - [...]
 * @returns the shape of `x` without the axes, or with size 1 there when `keepDims`; [] over all axes
 * @throws ShapeError `axis-out-of-range`
 */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce(meanOp, x, options);
}

/**
 * `y = max_axes x`. Equal maxima share the gradient.
 *
 * @param x - [...]
 * @returns the shape of `x` without the axes, or with size 1 there when `keepDims`; [] over all axes
 * @throws ShapeError `axis-out-of-range`
 */
export function max(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce(maxOp, x, options);
}

function reduce(op: Op<ReduceAttributes>, x: Tensor, { axes, keepDims = false }: ReduceOptions): Tensor {
  const wanted =
    axes === undefined ? x.shape.map((_, axis) => axis) : typeof axes === "number" ? [axes] : axes;
  const fromFront = wanted.map((axis) => normalizeAxis(placeOf(op.name), axis, x.shape.length));
  const ascending = [...new Set(fromFront)].sort((a, b) => a - b);
  return ascending.length === 0 ? x : op.call([x], { axes: ascending, keepDims });
}

function reduction(
  name: string,
  gradient: (context: VjpContext<ReduceAttributes>) => Tensor,
): Op<ReduceAttributes> {
  return defineOp<ReduceAttributes>({
    name,
    infer([x], { axes, keepDims }): TensorType[] {
      checkDType(name, x!, ["float32"]);
      for (const axis of axes) normalizeAxis(placeOf(name), axis, x!.shape.length);
      const kept = keptShape(x!.shape, axes);
      return [
        { shape: keepDims ? kept : x!.shape.filter((_, axis) => !axes.includes(axis)), dtype: x!.dtype },
      ];
    },
    vjp: (context) => [gradient(context)],
    emit: (
      onnx: Emitter,
      [x]: readonly Value[],
      { attrs: { axes, keepDims } }: EmitContext & { readonly attrs: ReduceAttributes },
    ) => onnx.node(name, [x!, onnx.ints(axes)], { keepdims: keepDims ? 1 : 0 }),
  });
}

function keptShape(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
}

/** A reduced value with its lost axes back at size 1, so that it broadcasts against the input. */
function withKeptAxes(reduced: Tensor, x: Tensor, { axes, keepDims }: ReduceAttributes): Tensor {
  return keepDims ? reduced : reshape(reduced, keptShape(x.shape, axes));
}

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

/** Operator of {@link sizeOf}. */
export const sizeOfOp: Op<{ axes: readonly number[] }> = defineOp({
  name: "SizeOf",
  infer: () => [{ shape: [], dtype: "float32" }],
  vjp: "zero",
  emit(onnx, [x], { inputs: [type], attrs: { axes } }) {
    const size = productOf(axes.map((axis) => type!.shape[axis]!));
    if (typeof size === "number") return onnx.scalar(size);
    const sizes = onnx.node("Gather", [onnx.node("Shape", [x!]), onnx.ints(axes)]);
    return onnx.node("Cast", [onnx.node("ReduceProd", [sizes], { keepdims: 0 })], {
      to: onnxCode("float32"),
    });
  },
});

/**
 * Number of elements over axes, `Π_axes size`, as a float32 scalar: a constant where sizes are known, counted at
 * run time where they are symbols.
 */
export function sizeOf(x: Tensor, axes: readonly number[]): Tensor {
  const size = productOf(axes.map((axis) => x.shape[axis]!));
  return typeof size === "number" ? constant(size) : sizeOfOp.call([x], { axes });
}
