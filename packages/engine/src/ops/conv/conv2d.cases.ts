// SPDX-License-Identifier: Apache-2.0
import type { OpCases, OpSample } from "../../testing/op-cases.ts";
import { numElements, opCases } from "../../testing/op-cases.ts";
import { forEachProduct, convolutionSamples, unitMotion } from "./convolution.cases.ts";
import { conv2dOp } from "./conv2d.ts";
import type { ConvAttributes } from "./geometry.ts";

export const conv2dCases: OpCases<ConvAttributes> = opCases<ConvAttributes>({
  op: conv2dOp,

  reference([x, weight, bias], attrs, [shape]) {
    const y = { shape: shape!, data: new Float64Array(numElements(shape!)) };
    const numPositions = shape![2]! * shape![3]!;
    if (bias) y.data.forEach((_, i) => (y.data[i] = bias.data[Math.floor(i / numPositions) % shape![1]!]!));
    forEachProduct({ x: x!, weight: weight!, y }, attrs, (xIndex, wIndex, yIndex) => {
      y.data[yIndex]! += x!.data[xIndex]! * weight!.data[wIndex]!;
    });
    return [y];
  },

  samples: convolutionSamples.map(({ name, x, weight, attrs, withBias }): OpSample<ConvAttributes> => ({
    name,
    shapes: withBias ? [x, weight, [weight[0]]] : [x, weight],
    attrs,
    tolerance: 1e-4,
  })),

  errors: [
    {
      name: "input without channels axis",
      shapes: [
        [3, 6, 6],
        [4, 3, 3, 3],
      ],
      attrs: unitMotion,
      code: "rank",
      message: /conv2d: expected \[batch, channels, height, width\], got shape \[3, 6, 6\]/,
    },
    {
      name: "flat weight",
      shapes: [
        [1, 3, 6, 6],
        [4, 27],
      ],
      attrs: unitMotion,
      code: "rank",
      message: /weight \[outChannels, kernelHeight, kernelWidth, inChannels \/ groups\], got shape \[4, 27\]/,
    },
    {
      name: "weight with channels first",
      shapes: [
        [1, 3, 6, 6],
        [4, 3, 2, 2],
      ],
      attrs: unitMotion,
      code: "conv-channels",
      message: /expected 2 input channels .* got 3 in x/,
    },
    {
      name: "output channels that do not split into groups",
      shapes: [
        [1, 4, 6, 6],
        [3, 1, 1, 2],
      ],
      attrs: { ...unitMotion, groups: 2 },
      code: "conv-groups",
      message: /divisible by 2 groups, got 3/,
    },
    {
      name: "bias for other channels",
      shapes: [[1, 2, 6, 6], [3, 1, 1, 2], [4]],
      attrs: unitMotion,
      code: "conv-bias",
      message: /bias of shape \[3\], got \[4\]/,
    },
    {
      name: "kernel larger than the padded map",
      shapes: [
        [1, 2, 4, 4],
        [3, 5, 5, 2],
      ],
      attrs: unitMotion,
      code: "window-size",
      message: /at most the padded size 4, got 5/,
    },
    {
      name: "stride zero",
      shapes: [
        [1, 2, 4, 4],
        [3, 1, 1, 2],
      ],
      attrs: { ...unitMotion, stride: 0 },
      code: "window-motion",
      message: /the stride to be a whole number of at least 1, got 0/,
    },
    {
      name: "integer image",
      shapes: [
        [1, 2, 4, 4],
        [3, 1, 1, 2],
      ],
      dtypes: ["int32"],
      attrs: unitMotion,
      code: "dtype",
      message: /expected a tensor of float32, got int32/,
    },
  ],
});
