// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../../graph/define-op.ts";
import { defineOp } from "../../graph/define-op.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import type { KernelSet } from "../../onnx/kernel-set.ts";
import { conv2d } from "./conv2d.ts";
import { blockedWeightGradient } from "./forms/blocked.ts";
import { blockedDepthwiseWeightGradient } from "./forms/blocked-depthwise.ts";
import { directWeightGradient } from "./forms/direct.ts";
import { matrixWeightGradient, thinWeightGradient, pointwiseWeightGradient } from "./forms/matrix.ts";
import type { ConvAttributes, ConvGeometry } from "./geometry.ts";
import { checkGradient, convGeometry } from "./geometry.ts";
import { conv2dInputGradient } from "./input-gradient.ts";
import { canReorder, filledShare, isDepthwise, isPointwise, numOutputs } from "./traits.ts";

/** Attributes of the weight gradient: those of the convolution, and the size of its kernel. */
export interface WeightGradientAttributes extends ConvAttributes {
  readonly kernelHeight: number;
  readonly kernelWidth: number;
}

/** Operator of {@link conv2dWeightGradient}; inputs x and output gradient. */
export const conv2dWeightGradientOp: Op<WeightGradientAttributes> = defineOp({
  name: "Conv2dWeightGradient",

  infer([x, grad], attrs) {
    const weight = weightType(x!, grad!, attrs);
    checkGradient("conv2dWeightGradient", grad!, convGeometry("conv2dWeightGradient", x!, weight, attrs));
    return [weight];
  },

  // dW is linear in x and in dy
  vjp: ({ inputs: [x, grad], grad: u, attrs }) => [
    conv2dInputGradient(grad!, u, x!, attrs),
    conv2d(x!, u, null, attrs),
  ],

  emit(onnx, [x, grad], { inputs: [xType, gradType], attrs }) {
    const weight = weightType(xType!, gradType!, attrs);
    const geometry = convGeometry("conv2dWeightGradient", xType!, weight, attrs);
    const block = onnx.kernels.nchwcBlock!;
    switch (formOf(geometry, onnx.kernels)) {
      case "direct":
        return directWeightGradient(onnx, x!, grad!, geometry);
      case "blocked":
        return blockedWeightGradient(onnx, x!, grad!, geometry, block);
      case "blocked-depthwise":
        return blockedDepthwiseWeightGradient(onnx, x!, grad!, geometry, block);
      case "matrix":
        return matrixWeightGradient(onnx, x!, grad!, geometry);
      case "thin":
        return thinWeightGradient(onnx, x!, grad!, geometry);
      case "pointwise":
        return pointwiseWeightGradient(onnx, x!, grad!, geometry);
    }
  },
});

type Form = "direct" | "blocked" | "blocked-depthwise" | "matrix" | "thin" | "pointwise";

// The blocked form fills the last block of the batch with images of zeros.
const LEAST_FILLED_BATCH = 0.8;

/** The fastest form, as measured on x86-64 with AVX-512 at batch 64. */
function formOf(geometry: ConvGeometry, { nchwcBlock, contrib }: KernelSet): Form {
  const { batch, inChannels, outChannels, groups } = geometry;
  if (isDepthwise(geometry)) {
    const isBlockable = nchwcBlock !== null && typeof batch === "number" && canReorder(batch * inChannels);
    return isBlockable ? "blocked-depthwise" : "direct";
  }
  if (groups > 1) return "direct";
  if (isPointwise(geometry)) return contrib && numOutputs(geometry) >= 16 ? "pointwise" : "matrix";
  const isBlockable =
    nchwcBlock !== null && typeof batch === "number" && filledShare(batch, nchwcBlock) > LEAST_FILLED_BATCH;
  if (isBlockable && canReorder(outChannels) && numOutputs(geometry) > 16) return "blocked";
  return inChannels <= 4 ? "thin" : "matrix";
}

function weightType(
  x: TensorType,
  grad: TensorType,
  { kernelHeight, kernelWidth, groups }: WeightGradientAttributes,
): TensorType {
  const inChannels = x.shape[1];
  const perGroup = typeof inChannels === "number" ? inChannels / groups : 1;
  return { shape: [grad.shape[1] ?? 1, kernelHeight, kernelWidth, perGroup], dtype: x.dtype };
}

/**
 * Gradient of {@link conv2d} with respect to its weight:
 * `dW[o, i, j, c] = Σ_{n, a, b} x[n, c, a·stride + i·dilation − padding, …] · dy[n, o, a, b]`.
 *
 * @param x - [batch, inChannels, height, width] the input
 * @param grad - [batch, outChannels, outHeight, outWidth] gradient of the output
 * @param like - [outChannels, kernelHeight, kernelWidth, inChannels / groups] the weight; only its sizes are used
 * @returns [outChannels, kernelHeight, kernelWidth, inChannels / groups]
 * @throws ShapeError as {@link conv2d}, and `gradient-shape`
 */
export function conv2dWeightGradient(
  x: Tensor,
  grad: Tensor,
  like: Tensor,
  { stride, padding, dilation, groups }: ConvAttributes,
): Tensor {
  const [, kernelHeight, kernelWidth] = like.shape as [unknown, number, number];
  const attrs = { stride, padding, dilation, groups, kernelHeight, kernelWidth };
  return conv2dWeightGradientOp.call([x, grad], attrs);
}
