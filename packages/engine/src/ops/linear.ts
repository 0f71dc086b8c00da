// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import { formatShape } from "../graph/dim.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor, TensorType } from "../graph/tensor.ts";
import { checkDType, checkRank } from "./infer.ts";
import { matmul } from "./matmul.ts";
import type { NoAttributes } from "./pointwise.ts";
import { sum } from "./reduce.ts";
import { reshape } from "./layout.ts";

/** The affine map on rows: x [rows, in], weight [out, in], and bias [out] if there is one. */
export const linearOp: Op<NoAttributes> = defineOp({
  name: "Linear",

  infer([x, weight, bias]): TensorType[] {
    for (const type of [x!, weight!, ...(bias ? [bias] : [])]) checkDType("Linear", type, ["float32"]);
    const [rows, inFeatures] = x!.shape;
    const [outFeatures, weightIn] = weight!.shape;
    if (x!.shape.length !== 2 || weight!.shape.length !== 2 || inFeatures !== weightIn) {
      throw new ShapeError({
        code: "in-features",
        where: placeOf("Linear"),
        expected: `a last axis of ${weightIn ?? "?"}, as weight ${formatShape(weight!.shape)} takes`,
        actual: formatShape(x!.shape),
      });
    }
    if (bias && (bias.shape.length !== 1 || bias.shape[0] !== outFeatures)) {
      throw new ShapeError({
        code: "bias-size",
        where: placeOf("Linear"),
        expected: `a bias of shape [${outFeatures!}]`,
        actual: formatShape(bias.shape),
      });
    }
    return [{ shape: [rows!, outFeatures!], dtype: "float32" }];
  },

  // y = x Wᵀ + b  ⇒  dx = dy W,  dW = dyᵀ x,  db = Σ_rows dy
  vjp: ({ inputs: [x, weight, bias], grad }) => [
    matmul(grad, weight!),
    matmul(grad, x!, { transA: true }),
    ...(bias ? [sum(grad, { axes: 0 })] : []),
  ],

  emit: (onnx, inputs) => onnx.node("Gemm", inputs, { transB: 1 }),
});

/**
 * Affine map of the last axis: `y = x Wᵀ + b`, `[..., inFeatures] → [..., outFeatures]`.
 *
 * @param weight - [outFeatures, inFeatures]
 * @param bias - [outFeatures]; none when null
 * @throws ShapeError `in-features` when the last axis of x is not that of the weight, `bias-size`, `rank`, `dtype`
 */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  checkRank("Linear", x, 1);
  const rows = reshape(x, [-1, x.shape.at(-1)!]);
  const y = linearOp.call(bias ? [rows, weight, bias] : [rows, weight], {});
  return reshape(y, [...x.shape.slice(0, -1), weight.shape[0]!]);
}
