// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import type { Dim, Shape } from "../graph/dim.ts";
import { divideDims, formatShape, isStatic, normalizeAxis, productOf, sameShape } from "../graph/dim.ts";
import { constant } from "../graph/leaves.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Emitter, Value } from "../onnx/emitter.ts";
import { zerosLike } from "./expand.ts";
import { checkDType } from "./infer.ts";

/** `axis` counted from the front. */
export const concatOp: Op<{ axis: number }> = defineOp({
  name: "Concat",
  infer(inputs, { axis }) {
    const [first] = inputs;
    for (const type of inputs) {
      checkDType("Concat", type, [first!.dtype]);
      if (
        type.shape.length === first!.shape.length &&
        sameShape(type.shape.with(axis, 0), first!.shape.with(axis, 0))
      )
        continue;
      throw new ShapeError({
        code: "concat",
        where: placeOf("Concat"),
        expected: `the sizes of ${formatShape(first!.shape)} outside axis ${axis}`,
        actual: formatShape(type.shape),
      });
    }
    return [{ shape: first!.shape.with(axis, sumOf(sizesAlong(inputs, axis))), dtype: first!.dtype }];
  },
  vjp: ({ inputs, grad, attrs: { axis } }) =>
    splitOp.apply([grad], { axis, sizes: sizesAlong(inputs, axis) }),
  emit: (onnx, inputs, { attrs: { axis } }) => concatenated(onnx, inputs, axis),
});

/** `axis` counted from the front; sizes add up to that of the axis. */
export const splitOp: Op<{ axis: number; sizes: Shape }> = defineOp({
  name: "Split",
  infer([x], { axis, sizes }) {
    if (sizes.length === 0 || sumOf(sizes) !== x!.shape[axis]) {
      throw new ShapeError({
        code: "split",
        where: placeOf("Split"),
        expected: `parts that add up to axis ${axis} of ${formatShape(x!.shape)}`,
        actual: formatShape(sizes),
      });
    }
    return sizes.map((size) => ({ shape: x!.shape.with(axis, size), dtype: x!.dtype }));
  },
  vjp: ({ outputs, grads, attrs: { axis } }) => [
    concat(
      grads.map((grad, index) => grad ?? zerosLike(outputs[index]!)),
      { axis },
    ),
  ],
  emit(onnx, inputs, { outputs, attrs: { axis } }) {
    const sizes = sizesAlong(outputs, axis);
    const options = { outputs: sizes.length };
    return isStatic(sizes)
      ? divided(onnx, inputs[0]!, sizes, axis)
      : onnx.multiNode("Split", inputs, { axis, num_outputs: sizes.length }, options);
  },
});

// WebGPU promises a shader eight buffers, one of them for the other side of a Concat or Split.
const MOST_BUFFERS = 7;

/** Concat, in steps where a backend may not take all values at once. */
function concatenated(onnx: Emitter, values: readonly Value[], axis: number): Value {
  if (onnx.kernels.contrib || values.length <= MOST_BUFFERS) return onnx.node("Concat", values, { axis });
  const joined = chunks(values).map((chunk) =>
    chunk.length === 1 ? chunk[0]! : concatenated(onnx, chunk, axis),
  );
  return concatenated(onnx, joined, axis);
}

/** Split, in steps where a backend may not give all parts at once. */
function divided(onnx: Emitter, value: Value, sizes: readonly number[], axis: number): readonly Value[] {
  const cut = (x: Value, parts: readonly number[]): readonly Value[] =>
    onnx.multiNode("Split", [x, onnx.ints(parts)], { axis }, { outputs: parts.length });
  if (onnx.kernels.contrib || sizes.length <= MOST_BUFFERS) return cut(value, sizes);
  const groups = chunks(sizes);
  const totals = groups.map((group) => group.reduce((total, size) => total + size, 0));
  return divided(onnx, value, totals, axis).flatMap((part, index) => {
    const group = groups[index]!;
    return group.length === 1 ? [part] : cut(part, group);
  });
}

function chunks<T>(items: readonly T[]): T[][] {
  const starts = Array.from({ length: Math.ceil(items.length / MOST_BUFFERS) }, (_, i) => i * MOST_BUFFERS);
  return starts.map((start) => items.slice(start, start + MOST_BUFFERS));
}

/**
 * Tensors joined along one axis. Sizes known only at run time must be equal.
 *
 * @param tensors - [..., size_i, ...] alike but for the axis
 * @returns [..., Σ size_i, ...]
 * @throws ShapeError `concat` when other sizes differ, `axis-out-of-range`, `dtype`
 */
export function concat(tensors: readonly Tensor[], { axis }: { readonly axis: number }): Tensor {
  if (tensors.length === 1) return tensors[0]!;
  return concatOp.call(tensors, {
    axis: normalizeAxis(placeOf("Concat"), axis, tensors[0]?.shape.length ?? 0),
  });
}

/** How {@link split} cuts: sizes of the parts, or a number of equal parts. */
export interface SplitOptions {
  readonly axis: number;
  readonly sizes: readonly number[] | number;
}

/**
 * Parts of one axis, in order; their gradients are joined by one operator, unlike those of slices.
 *
 * @param x - [..., size, ...]
 * @returns [..., size_i, ...] for each part
 * @throws ShapeError `split` when sizes do not add up, `indivisible-size` when equal parts do not come out
 */
export function split(x: Tensor, { axis, sizes }: SplitOptions): readonly Tensor[] {
  const index = normalizeAxis(placeOf("Split"), axis, x.shape.length);
  const parts: Shape =
    typeof sizes === "number"
      ? new Array<Dim>(sizes).fill(divideDims(x.shape[index]!, sizes, placeOf("Split")))
      : sizes;
  return parts.length === 1 ? [x] : splitOp.apply([x], { axis: index, sizes: parts });
}

function sizesAlong(types: readonly { readonly shape: Shape }[], axis: number): Shape {
  return types.map(({ shape }) => shape[axis]!);
}

function sumOf(sizes: Shape): Dim {
  if (isStatic(sizes)) return sizes.reduce((total, size) => total + size, 0);
  const [first] = sizes;
  if (sizes.every((size) => size === first)) return productOf([sizes.length, first!]);
  throw new ShapeError({
    code: "concat",
    where: placeOf("Concat"),
    expected: "numbers, or equal sizes where they are known only at run time",
    actual: formatShape(sizes),
  });
}

/**
 * Weights, biases or scales of siblings, each kind one behind the other along its first axis.
 *
 * @param params - by sibling, what it reads beside its maps
 * @returns one tensor for each of these inputs
 */
export function joinedParams(params: readonly (readonly Tensor[])[]): readonly Tensor[] {
  return params[0]!.map((_, position) => joined(params.map((inputs) => inputs[position]!)));
}

function joined(tensors: readonly Tensor[]): Tensor {
  const numbers = tensors.map(({ node }) => (node.kind === "constant" ? node.data : null));
  if (!numbers.every((data) => data !== null)) return concat(tensors, { axis: 0 });
  const shapes = tensors.map(({ shape }) => shape as readonly number[]);
  const rows = shapes.reduce((total, [first]) => total + first!, 0);
  return constant(numbers.flat(), shapes[0]!.with(0, rows));
}
