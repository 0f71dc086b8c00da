// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../../testing/op-cases.ts";
import { numElements, opCases } from "../../testing/op-cases.ts";
import { forEachProduct, geometryOf, convolutionSamples, unitMotion } from "./convolution.cases.ts";
import type { InputGradientAttributes } from "./input-gradient.ts";
import { conv2dInputGradientOp } from "./input-gradient.ts";

export const conv2dInputGradientCases: OpCases<InputGradientAttributes> = opCases<InputGradientAttributes>({
  op: conv2dInputGradientOp,

  reference([grad, weight], attrs, [shape]) {
    const x = { shape: shape!, data: new Float64Array(numElements(shape!)) };
    forEachProduct({ x, weight: weight!, y: grad! }, attrs, (xIndex, wIndex, yIndex) => {
      x.data[xIndex]! += grad!.data[yIndex]! * weight!.data[wIndex]!;
    });
    return [x];
  },

  samples: convolutionSamples.map(({ name, x, weight, attrs }) => {
    const { outChannels, rows, columns } = geometryOf(x, weight, attrs);
    const [batch, inChannels, height, width] = x;
    return {
      name,
      shapes: [[batch, outChannels, rows.outSize, columns.outSize], weight],
      attrs: { ...attrs, inChannels, height, width },
      tolerance: 1e-4,
    };
  }),

  errors: [
    {
      name: "gradient of another size",
      shapes: [
        [1, 4, 5, 5],
        [4, 3, 3, 2],
      ],
      attrs: { ...unitMotion, inChannels: 2, height: 6, width: 6 },
      code: "gradient-shape",
      message: /output gradient of shape \[1, 4, 4, 4\], got \[1, 4, 5, 5\]/,
    },
  ],
});
