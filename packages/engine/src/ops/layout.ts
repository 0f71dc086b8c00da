// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import type { Dim, Shape } from "../graph/dim.ts";
import { divideDims, formatShape, productOf, sameShape } from "../graph/dim.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Emitter, Value } from "../onnx/emitter.ts";

/** Operator of {@link reshape}. */
export const reshapeOp: Op<{ shape: Shape }> = defineOp({
  name: "Reshape",
  infer([x], { shape }) {
    if (productOf(x!.shape) !== productOf(shape)) {
      throw new ShapeError({
        code: "reshape",
        where: placeOf("Reshape"),
        expected: `a shape of ${productOf(x!.shape)} elements, as ${formatShape(x!.shape)} has`,
        actual: formatShape(shape),
      });
    }
    return [{ shape, dtype: x!.dtype }];
  },
  vjp: ({ inputs: [x], grad }) => [reshape(grad, x!.shape)],
  emit: (onnx, [x], { inputs: [from], outputs: [to] }) =>
    onnx.node("Reshape", [x!, targetShape(onnx, x!, from!.shape, to!.shape)]),
});

/**
 * The same values in row-major order under another shape. One size may be `-1`: whatever is left over.
 *
 * @param x - [...]
 * @returns [...shape]
 * @throws ShapeError `reshape` when the numbers of elements differ, `indivisible-size` when `-1` does not come out
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const resolved = resolve(x.shape, shape);
  return sameShape(x.shape, resolved) ? x : reshapeOp.call([x], { shape: resolved });
}

function resolve(from: Shape, to: Shape): Shape {
  const free = to.indexOf(-1);
  if (free < 0) return to;
  const rest = productOf(to.filter((_, axis) => axis !== free));
  return to.with(free, divideDims(productOf(from), rest, placeOf("Reshape")));
}

/**
 * The shape operand of ONNX Reshape: numbers where known; of the sizes known only at run time one may be -1, an
 * axis that keeps its place is 0 (copied), and others are read from the input's shape.
 */
function targetShape(onnx: Emitter, x: Value, from: Shape, to: Shape): Value {
  const isKnown = (dim: Dim): dim is number => typeof dim === "number";
  const sizes = to.map((dim, axis) => (isKnown(dim) ? dim : dim === from[axis] ? 0 : null));
  const open = sizes.flatMap((size, axis) => (size === null ? [axis] : []));
  if (open.length <= 1) return onnx.ints(sizes.map((size) => size ?? -1));
  const runTimeShape = onnx.node("Shape", [x]);
  const parts = to.map((dim, axis) => {
    if (isKnown(dim)) return onnx.ints([dim]);
    const source = from.indexOf(dim);
    if (source >= 0) return onnx.node("Gather", [runTimeShape, onnx.ints([source])]);
    if (axis === open.at(-1)) return onnx.ints([-1]);
    throw new ShapeError({
      code: "reshape-at-run-time",
      where: placeOf("Reshape"),
      expected: "at most one size that is no size of the input",
      actual: `${formatShape(from)} to ${formatShape(to)}`,
      hint: "bind the symbols, or reshape in two steps",
    });
  });
  return onnx.node("Concat", parts, { axis: 0 });
}

/** Operator of {@link transpose}. */
export const transposeOp: Op<{ perm: readonly number[] }> = defineOp({
  name: "Transpose",
  infer([x], { perm }) {
    const rank = x!.shape.length;
    const isPermutation =
      perm.length === rank && new Set(perm).size === rank && perm.every((axis) => axis in x!.shape);
    if (!isPermutation) {
      throw new ShapeError({
        code: "permutation",
        where: placeOf("Transpose"),
        expected: `each of the ${rank} axes once`,
        actual: `[${perm.join(", ")}]`,
      });
    }
    return [{ shape: perm.map((axis) => x!.shape[axis]!), dtype: x!.dtype }];
  },
  vjp: ({ grad, attrs: { perm } }) => [
    transpose(
      grad,
      perm.map((_, axis) => perm.indexOf(axis)),
    ),
  ],
  emit: (onnx, inputs, { attrs: { perm } }) => onnx.node("Transpose", inputs, { perm }),
});

/**
 * `x` with its axes in another order: axis `i` of the result is axis `perm[i]` of `x`.
 *
 * @param perm - each axis once; the reversed order when left out
 * @throws ShapeError `permutation`
 */
export function transpose(
  x: Tensor,
  perm: readonly number[] = x.shape.map((_, axis) => axis).reverse(),
): Tensor {
  const isIdentity = perm.length === x.shape.length && perm.every((axis, index) => axis === index);
  return isIdentity ? x : transposeOp.call([x], { perm });
}
