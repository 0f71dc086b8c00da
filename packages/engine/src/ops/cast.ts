// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import type { DType, Tensor } from "../graph/tensor.ts";

// Element type codes of ONNX (TensorProto.DataType).
const ONNX_CODE: Readonly<Record<DType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 };

/** ONNX's code of an element type, as `to` of its Cast operator. */
export function onnxCode(dtype: DType): number {
  return ONNX_CODE[dtype];
}

/** Operator of {@link cast}. */
export const castOp: Op<{ to: DType }> = defineOp({
  name: "Cast",
  infer: ([x], { to }) => [{ shape: x!.shape, dtype: to }],
  // Rounding has gradient zero, and there is nothing to differentiate by behind integers and booleans.
  vjp: "zero",
  emit: (onnx, inputs, { attrs: { to } }) => onnx.node("Cast", inputs, { to: onnxCode(to) }),
});

/**
 * `x` as another element type. Floats are truncated towards zero; as bool, everything but zero is true.
 *
 * The gradient is zero.
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : castOp.call([x], { to: dtype });
}
