// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../../graph/define-op.ts";
import { defineOp } from "../../graph/define-op.ts";
import type { Siblings, Tensor } from "../../graph/tensor.ts";
import type { KernelSet } from "../../onnx/kernel-set.ts";
import { joinedParams } from "../concat.ts";
import { sum } from "../reduce.ts";
import { pad } from "../slice.ts";
import { isAtHandInBlocks } from "./blocked-layout.ts";
import { blockedConv } from "./forms/blocked.ts";
import { blockedDepthwiseConv } from "./forms/blocked-depthwise.ts";
import { directConv } from "./forms/direct.ts";
import { matrixConv } from "./forms/matrix.ts";
import { pairConv } from "./forms/pairs.ts";
import type { ConvAttributes, ConvGeometry } from "./geometry.ts";
import { checkBias, convGeometry } from "./geometry.ts";
import { conv2dInputGradient } from "./input-gradient.ts";
import { canReorder, isDepthwise, isPointwise, isTinyMap, numOutputs } from "./traits.ts";
import { conv2dWeightGradient } from "./weight-gradient.ts";

/** Operator of {@link conv2d}; inputs x, weight and, if there is one, bias. */
export const conv2dOp: Op<ConvAttributes> = defineOp({
  name: "Conv2d",

  infer([x, weight, bias], attrs) {
    const { batch, outChannels, rows, columns } = convGeometry("conv2d", x!, weight!, attrs);
    if (bias) checkBias("conv2d", bias, outChannels);
    return [{ shape: [batch, outChannels, rows.outSize, columns.outSize], dtype: "float32" }];
  },

  vjp: ({ inputs: [x, weight, bias], grad, attrs }) => [
    conv2dInputGradient(grad, weight!, x!, attrs),
    conv2dWeightGradient(x!, grad, weight!, attrs),
    ...(bias ? [sum(grad, { axes: [0, 2, 3] })] : []),
  ],

  emit(onnx, [x, weight, bias = null], { inputs: [xType, weightType], attrs }) {
    const geometry = convGeometry("conv2d", xType!, weightType!, attrs);
    const block = onnx.kernels.nchwcBlock!;
    switch (
      formOf(geometry, onnx.kernels, onnx.knownInitializer(weight!) !== null, isAtHandInBlocks(onnx, x!))
    ) {
      case "direct":
        return directConv(onnx, x!, weight!, bias, geometry);
      case "blocked":
        return blockedConv(onnx, x!, weight!, bias, geometry, block);
      case "blocked-depthwise":
        return blockedDepthwiseConv(onnx, x!, weight!, bias, geometry, block);
      case "matrix":
        return matrixConv(onnx, x!, weight!, bias, geometry);
      case "pairs":
        return pairConv(onnx, x!, weight!, bias, geometry);
    }
  },

  join: { numMaps: 1, apply: joinedConvs },
});

function joinedConvs(
  { maps, reads, repeated, params }: Siblings,
  attrs: ConvAttributes,
): readonly Tensor[] | null {
  const { groups } = attrs;
  const isPlain = groups === 1;
  const [outChannels, height, width] = params[0]![0]!.shape;
  if (isPlain && reads === "same maps") return conv2dOp.apply([...maps, ...joinedParams(params)], attrs);
  if (!isPlain && outChannels === groups) {
    const x = reads === "same maps" ? [repeated()] : maps;
    return conv2dOp.apply([...x, ...joinedParams(params)], { ...attrs, groups: groups * params.length });
  }
  // Zeros where an output does not see an input: a few more products, but one operator.
  const isPoint = isPlain && height === 1 && width === 1;
  return isPoint ? conv2dOp.apply([...maps, ...joinedParams(onDiagonal(params))], attrs) : null;
}

/** Weights [outChannels, 1, 1, inChannels] beside as many zeros as the other siblings have input channels. */
function onDiagonal(params: readonly (readonly Tensor[])[]): readonly (readonly Tensor[])[] {
  return params.map(([weight, ...bias], index) => {
    const inChannels = weight!.shape[3] as number;
    const around = [index * inChannels, (params.length - 1 - index) * inChannels] as const;
    return [pad(weight!, { pads: [NONE, NONE, NONE, around] }), ...bias];
  });
}

const NONE = [0, 0] as const;

type Form = "direct" | "blocked" | "blocked-depthwise" | "matrix" | "pairs";

/** The fastest form, as measured on x86-64 with AVX-512 at batch 64. */
function formOf(
  geometry: ConvGeometry,
  { nchwcBlock }: KernelSet,
  isWeightKnown: boolean,
  isInBlocks: boolean,
): Form {
  // Exported and frozen networks stay plain convolutions: the runtime lays known weights out itself.
  if (isWeightKnown) return "direct";
  if (isDepthwise(geometry))
    return nchwcBlock && canReorder(geometry.inChannels) ? "blocked-depthwise" : "direct";
  if (geometry.groups > 1) return "direct";
  if (isTinyMap(geometry)) return "pairs";
  if (isPointwise(geometry) && numOutputs(geometry) >= 32 && !isInBlocks) return "direct";
  if (nchwcBlock && (canReorder(geometry.inChannels) || geometry.inChannels < nchwcBlock)) return "blocked";
  return numOutputs(geometry) <= 4 ? "matrix" : "direct";
}

/** How {@link conv2d} moves its window and splits its channels; 1, 0, 1 and 1 where left out. */
export type Conv2dOptions = Partial<ConvAttributes>;

/**
 * 2-D convolution (cross-correlation, as networks use the word):
 * `y[n, o, a, b] = bias[o] + Σ_{c, i, j} x[n, c, a·stride + i·dilation − padding, …] · weight[o, i, j, c]`.
 *
 * With as many groups as channels it is a depthwise convolution.
 *
 * @param x - [batch, inChannels, height, width]; only the batch may be symbolic
 * @param weight - [outChannels, kernelHeight, kernelWidth, inChannels / groups]
 * @param bias - [outChannels], or null
 * @returns [batch, outChannels, outHeight, outWidth]
 * @throws ShapeError `rank`, `dtype`, `symbolic-size`, `window-motion`, `conv-channels`, `conv-groups`, `conv-bias`,
 * `window-size`
 * @differs PyTorch keeps weights as [outChannels, inChannels / groups, kernelHeight, kernelWidth]; here channels come
 * last, which the run-time layout changes of training want. Exported models have PyTorch's order.
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: Conv2dOptions = {},
): Tensor {
  return conv2dOp.call(bias ? [x, weight, bias] : [x, weight], { stride, padding, dilation, groups });
}
