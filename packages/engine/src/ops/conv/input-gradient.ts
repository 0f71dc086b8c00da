// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../../graph/define-op.ts";
import { defineOp } from "../../graph/define-op.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import type { KernelSet } from "../../onnx/kernel-set.ts";
import { conv2d } from "./conv2d.ts";
import { isAtHandInBlocks } from "./blocked-layout.ts";
import { blockedInputGradient, hasBlockedInputGradient } from "./forms/blocked.ts";
import { blockedDepthwiseInputGradient } from "./forms/blocked-depthwise.ts";
import { directInputGradient } from "./forms/direct.ts";
import { matrixInputGradient } from "./forms/matrix.ts";
import { pairInputGradient } from "./forms/pairs.ts";
import type { ConvAttributes, ConvGeometry } from "./geometry.ts";
import { checkGradient, convGeometry } from "./geometry.ts";
import { canReorder, filledShare, isDepthwise, isPointwise, isTinyMap, numOutputs } from "./traits.ts";
import { conv2dWeightGradient } from "./weight-gradient.ts";

/** Attributes of the input gradient: those of the convolution, and the size of the input. */
export interface InputGradientAttributes extends ConvAttributes {
  readonly inChannels: number;
  readonly height: number;
  readonly width: number;
}

/** Operator of {@link conv2dInputGradient}; inputs output gradient and weight. */
export const conv2dInputGradientOp: Op<InputGradientAttributes> = defineOp({
  name: "Conv2dInputGradient",

  infer([grad, weight], attrs) {
    const x = inputType(grad!, attrs);
    checkGradient("conv2dInputGradient", grad!, convGeometry("conv2dInputGradient", x, weight!, attrs));
    return [x];
  },

  // dx = Wᵀ dy is linear in dy and in w
  vjp: ({ inputs: [grad, weight], grad: u, attrs }) => [
    conv2d(u, weight!, null, attrs),
    conv2dWeightGradient(u, grad!, weight!, attrs),
  ],

  emit(onnx, [grad, weight], { inputs: [gradType, weightType], attrs }) {
    const geometry = convGeometry("conv2dInputGradient", inputType(gradType!, attrs), weightType!, attrs);
    const block = onnx.kernels.nchwcBlock!;
    switch (formOf(geometry, onnx.kernels, isAtHandInBlocks(onnx, grad!))) {
      case "direct":
        return directInputGradient(onnx, grad!, weight!, geometry);
      case "blocked":
        return blockedInputGradient(onnx, grad!, weight!, geometry, block);
      case "blocked-depthwise":
        return blockedDepthwiseInputGradient(onnx, grad!, weight!, geometry, block);
      case "matrix":
        return matrixInputGradient(onnx, grad!, weight!, geometry);
      case "pairs":
        return pairInputGradient(onnx, grad!, weight!, geometry);
    }
  },
});

type Form = "direct" | "blocked" | "blocked-depthwise" | "matrix" | "pairs";

/** The fastest form, as measured on x86-64 with AVX-512 at batch 64. */
function formOf(geometry: ConvGeometry, { nchwcBlock }: KernelSet, isInBlocks: boolean): Form {
  const { inChannels, outChannels, groups } = geometry;
  const isBlockable = nchwcBlock !== null && canReorder(outChannels) && hasBlockedInputGradient(geometry);
  if (isDepthwise(geometry)) return isBlockable ? "blocked-depthwise" : "direct";
  if (groups > 1) return "direct";
  if (isTinyMap(geometry)) return "pairs";
  if (isPointwise(geometry) && numOutputs(geometry) >= 32 && !isInBlocks) return "direct";
  // Blocks that hold mostly padding cost more than they save.
  const isFilled = (block: number): boolean =>
    3 * filledShare(inChannels, block) * filledShare(outChannels, block) > 1;
  if (isBlockable && isFilled(nchwcBlock)) return "blocked";
  return numOutputs(geometry) <= 4 ? "matrix" : "direct";
}

function inputType(
  { shape, dtype }: TensorType,
  { inChannels, height, width }: InputGradientAttributes,
): TensorType {
  return { shape: [shape[0] ?? 1, inChannels, height, width], dtype };
}

/**
 * Gradient of {@link conv2d} with respect to its input:
 * `dx[n, c, …] = Σ_{o, i, j} dy[n, o, a, b] · weight[o, i, j, c]` over all `(a, b)` that see the input through `(i, j)`.
 *
 * @param grad - [batch, outChannels, outHeight, outWidth] gradient of the output
 * @param weight - [outChannels, kernelHeight, kernelWidth, inChannels / groups]
 * @param like - [batch, inChannels, height, width] the input; only its sizes are used
 * @returns [batch, inChannels, height, width]
 * @throws ShapeError as {@link conv2d}, and `gradient-shape`
 */
export function conv2dInputGradient(
  grad: Tensor,
  weight: Tensor,
  like: Tensor,
  { stride, padding, dilation, groups }: ConvAttributes,
): Tensor {
  const [, inChannels, height, width] = like.shape as [unknown, number, number, number];
  const attrs = { stride, padding, dilation, groups, inChannels, height, width };
  return conv2dInputGradientOp.call([grad, weight], attrs);
}
