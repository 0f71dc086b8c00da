// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import type { Shape } from "../graph/dim.ts";
import { isStatic, normalizeAxis } from "../graph/dim.ts";
import { constant } from "../graph/leaves.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Emitter, Value } from "../onnx/emitter.ts";
import { cast, onnxCode } from "./cast.ts";
import { equal, where } from "./compare.ts";
import { checkDType, checkRank } from "./infer.ts";
import { reshape } from "./layout.ts";

/** `axis` counted from the front. */
export const gatherOp: Op<{ axis: number }> = defineOp({
  name: "Gather",
  infer([x, indices], { axis }) {
    checkDType("Gather", indices!, ["int32", "int64"]);
    const shape = [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)];
    return [{ shape, dtype: x!.dtype }];
  },
  vjp: ({ inputs: [x, indices], grad, attrs: { axis } }) => [
    scatterAddOp.call([grad, indices!, x!], { axis }),
    null,
  ],
  emit: (onnx, inputs, { attrs: { axis } }) => onnx.node("Gather", inputs, { axis }),
});

/** Adjoint of {@link gatherOp}: inputs updates, indices and a tensor that lends its shape. */
export const scatterAddOp: Op<{ axis: number }> = defineOp({
  name: "ScatterAdd",
  infer: ([, , like]) => [{ shape: like!.shape, dtype: like!.dtype }],
  vjp: ({ inputs: [, indices], grad, attrs: { axis } }) => [
    gatherOp.call([grad, indices!], { axis }),
    null,
    null,
  ],
  emit(onnx, [updates, indices, like], { inputs: [, indexType], outputs: [y], attrs: { axis } }) {
    const rank = y!.shape.length;
    const indexRank = indexType!.shape.length;
    const toFront = axisFirst(axis, rank);
    const wide =
      indexType!.dtype === "int64" ? indices! : onnx.node("Cast", [indices!], { to: onnxCode("int64") });
    const rows = onnx.node("Unsqueeze", [wide, onnx.ints([-1])]);
    const zeros = onnx.node("ConstantOfShape", [permutedShape(onnx, like!, y!.shape, toFront)]);
    const indexAxesFirst = permutation(
      rank - 1 + indexRank,
      (other) => other >= axis && other < axis + indexRank,
    );
    const sums = onnx.node("ScatterND", [zeros, rows, transposed(onnx, updates!, indexAxesFirst)], {
      reduction: "add",
    });
    return transposed(
      onnx,
      sums,
      toFront.map((_, other) => toFront.indexOf(other)),
    );
  },
});

/**
 * Elements of one axis by index: `y[..., i..., ...] = x[..., indices[i...], ...]`. Gradients of an element that is
 * taken several times add up. The outermost axis is by far the fastest.
 *
 * @param indices - int32 or int64 in [0, size of the axis)
 * @returns the shape of `x` with `axis` replaced by the axes of `indices`
 * @throws ShapeError `axis-out-of-range`, `dtype` when indices are not integers
 */
export function gather(x: Tensor, indices: Tensor, { axis = 0 }: { readonly axis?: number } = {}): Tensor {
  checkRank("Gather", x, 1);
  return gatherOp.call([x, indices], { axis: normalizeAxis(placeOf("Gather"), axis, x.shape.length) });
}

/**
 * Rows of a table by index: `[...] → [..., width]`.
 *
 * @param weight - [numEmbeddings, width]
 * @param indices - [...] int32 or int64 in [0, numEmbeddings)
 * @throws ShapeError `dtype` when indices are not integers
 */
export function embedding(weight: Tensor, indices: Tensor): Tensor {
  return gather(weight, indices);
}

function axisFirst(axis: number, rank: number): readonly number[] {
  return permutation(rank, (other) => other === axis);
}

/** All axes in order, but the chosen ones first. */
function permutation(rank: number, isChosen: (axis: number) => boolean): readonly number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return [...axes.filter(isChosen), ...axes.filter((axis) => !isChosen(axis))];
}

function transposed(onnx: Emitter, value: Value, perm: readonly number[]): Value {
  return perm.every((axis, index) => axis === index) ? value : onnx.node("Transpose", [value], { perm });
}

function permutedShape(onnx: Emitter, like: Value, shape: Shape, perm: readonly number[]): Value {
  const permuted = perm.map((axis) => shape[axis]!);
  if (isStatic(permuted)) return onnx.ints(permuted);
  return onnx.node("Gather", [onnx.node("Shape", [like]), onnx.ints(perm)]);
}

/** Size and values of {@link oneHot}. */
export interface OneHotOptions {
  readonly numClasses: number;
  /** Value at the label, 1 if left out. */
  readonly on?: number;
  /** Value elsewhere, 0 if left out. */
  readonly off?: number;
}

/**
 * Labels as vectors: `y[..., c] = c = label ? on : off`, `[...] → [..., numClasses]`.
 *
 * @param labels - int32 or int64
 * @throws ShapeError `dtype` when labels are not integers
 */
export function oneHot(labels: Tensor, { numClasses, on = 1, off = 0 }: OneHotOptions): Tensor {
  checkDType("oneHot", labels, ["int32", "int64"]);
  const classes = constant(
    Array.from({ length: numClasses }, (_, index) => index),
    [numClasses],
    labels.dtype,
  );
  const isLabel = equal(reshape(labels, [...labels.shape, 1]), classes);
  return on === 1 && off === 0 ? cast(isLabel, "float32") : where(isLabel, on, off);
}
