// SPDX-License-Identifier: Apache-2.0
import type { Emitter, Value } from "../../../onnx/emitter.ts";
import { unblocked } from "../blocked-layout.ts";
import type { ConvGeometry } from "../geometry.ts";
import { reshaped } from "../grid.ts";

/**
 * Weight gradient of a 1x1 convolution of stride 1: one product for each image, summed. Nothing is transposed, which
 * on large maps costs more than the product.
 */
export function pointwiseWeightGradient(onnx: Emitter, x: Value, grad: Value, geometry: ConvGeometry): Value {
  const { inChannels, outChannels, rows, columns } = geometry;
  const numPositions = rows.inSize * columns.inSize;
  const images = [
    reshaped(onnx, unblocked(onnx, grad, outChannels), [-1, outChannels, numPositions]),
    reshaped(onnx, unblocked(onnx, x, inChannels), [-1, inChannels, numPositions]),
  ];
  const perImage = onnx.node("FusedMatMul", images, { transA: 0, transB: 1 }, { domain: "com.microsoft" });
  const summed = onnx.node("ReduceSum", [perImage, onnx.ints([0])], { keepdims: 0 });
  return reshaped(onnx, summed, [outChannels, 1, 1, inChannels]);
}
