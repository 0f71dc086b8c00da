// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import type { Dim, Shape } from "../graph/dim.ts";
import { broadcastShapes, formatShape } from "../graph/dim.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor, TensorType } from "../graph/tensor.ts";
import type { Emitter, Value } from "../onnx/emitter.ts";
import { checkDType, checkRank } from "./infer.ts";
import { reshape } from "./layout.ts";

/** Which operands of {@link matmul} have their last two axes exchanged first. */
export interface MatmulOptions {
  readonly transA?: boolean;
  readonly transB?: boolean;
}

/** Operator of {@link matmul}. */
export const matmulOp: Op<Required<MatmulOptions>> = defineOp({
  name: "MatMul",

  infer([a, b], { transA, transB }): TensorType[] {
    checkDType("MatMul", a!, ["float32"]);
    checkDType("MatMul", b!, ["float32"]);
    checkRank("MatMul", a!, 2);
    checkRank("MatMul", b!, 2);
    const [rows, innerA] = lastTwo(a!.shape, transA);
    const [innerB, columns] = lastTwo(b!.shape, transB);
    if (innerA !== innerB) {
      throw new ShapeError({
        code: "inner-size",
        where: placeOf("MatMul"),
        expected: `${innerA} rows on the right, as there are columns on the left`,
        actual: `${innerB} in ${formatShape(a!.shape)} times ${formatShape(b!.shape)}`,
      });
    }
    const batch = broadcastShapes(placeOf("MatMul"), a!.shape.slice(0, -2), b!.shape.slice(0, -2));
    return [{ shape: [...batch, rows, columns], dtype: "float32" }];
  },

  // y = a b  ⇒  da = dy bᵀ,  db = aᵀ dy; the walk sums over broadcast batch axes.
  vjp: ({ inputs: [a, b], grad, attrs: { transA, transB } }) => [
    transA ? matmul(b!, grad, { transA: transB, transB: true }) : matmul(grad, b!, { transB: !transB }),
    rightGradient(a!, b!, grad, transA, transB),
  ],

  emit(onnx, [a, b], { inputs: [typeA, typeB], attrs: { transA, transB } }) {
    if (!transA && !transB) return onnx.node("MatMul", [a!, b!]);
    const flags = { transA: transA ? 1 : 0, transB: transB ? 1 : 0 };
    const [rankA, rankB] = [typeA!.shape.length, typeB!.shape.length];
    if (rankA === 2 && rankB === 2) return onnx.node("Gemm", [a!, b!], flags);
    if (onnx.kernels.contrib) return onnx.node("FusedMatMul", [a!, b!], flags, { domain: "com.microsoft" });
    return onnx.node("MatMul", [
      transA ? swapLastTwo(onnx, a!, rankA) : a!,
      transB ? swapLastTwo(onnx, b!, rankB) : b!,
    ]);
  },
});

/**
 * Matrix product over the last two axes, `[..., rows, inner] × [..., inner, columns] → [..., rows, columns]`; the
 * axes before broadcast.
 *
 * @throws ShapeError `rank` below two axes, `inner-size` when the inner sizes differ, `broadcast`, `dtype`
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  return matmulOp.call([a, b], { transA: options.transA ?? false, transB: options.transB ?? false });
}

/** Gradient of the right operand. A matrix shared by a batch gets one product over all rows, not one for each item. */
function rightGradient(a: Tensor, b: Tensor, grad: Tensor, transA: boolean, transB: boolean): Tensor {
  const isShared = b.shape.length === 2 && a.shape.length > 2 && !transA;
  const left = isShared ? reshape(a, [-1, a.shape.at(-1)!]) : a;
  const upstream = isShared ? reshape(grad, [-1, grad.shape.at(-1)!]) : grad;
  return transB
    ? matmul(upstream, left, { transA: true, transB: transA })
    : matmul(left, upstream, { transA: !transA });
}

function lastTwo(shape: Shape, isTransposed: boolean): [rows: Dim, columns: Dim] {
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
  return isTransposed ? [columns, rows] : [rows, columns];
}

function swapLastTwo(onnx: Emitter, value: Value, rank: number): Value {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return onnx.node("Transpose", [value], { perm: [...axes.slice(0, -2), rank - 1, rank - 2] });
}
