// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import { productOf } from "../graph/dim.ts";
import { constant } from "../graph/leaves.ts";
import type { Tensor } from "../graph/tensor.ts";
import { onnxCode } from "./cast.ts";

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
