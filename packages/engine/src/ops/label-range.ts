// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import type { Tensor } from "../graph/tensor.ts";

/** Attributes of {@link labelRangeOp}. */
export interface LabelRangeAttributes {
  readonly numClasses: number;
}

/** Operator of {@link labelsBelow}. */
export const labelRangeOp: Op<LabelRangeAttributes> = defineOp({
  name: "LabelRange",
  infer: ([labels]) => [{ shape: labels!.shape, dtype: labels!.dtype }],
  vjp: "zero",
  emit: (_onnx, [labels]) => labels!,
  demands: ([labels], { numClasses }) => [{ kind: "range", of: labels!, least: 0, most: numClasses - 1 }],
});

/**
 * The labels themselves, which must lie in `0 .. numClasses - 1`: where they are fed, others are refused before the run. Nothing
 * is written into the model.
 */
export function labelsBelow(labels: Tensor, numClasses: number): Tensor {
  return labelRangeOp.call([labels], { numClasses });
}
