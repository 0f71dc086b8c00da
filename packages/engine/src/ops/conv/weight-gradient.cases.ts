// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../../testing/op-cases.ts";
import { numElements, opCases } from "../../testing/op-cases.ts";
import { forEachProduct, geometryOf, convolutionSamples, unitMotion } from "./convolution.cases.ts";
import type { WeightGradientAttributes } from "./weight-gradient.ts";
import { conv2dWeightGradientOp } from "./weight-gradient.ts";

export const conv2dWeightGradientCases: OpCases<WeightGradientAttributes> = opCases<WeightGradientAttributes>(
  {
    op: conv2dWeightGradientOp,

    reference([x, grad], attrs, [shape]) {
      const weight = { shape: shape!, data: new Float64Array(numElements(shape!)) };
      forEachProduct({ x: x!, weight, y: grad! }, attrs, (xIndex, wIndex, yIndex) => {
        weight.data[wIndex]! += x!.data[xIndex]! * grad!.data[yIndex]!;
      });
      return [weight];
    },

    samples: convolutionSamples.map(({ name, x, weight, attrs }) => {
      const { outChannels, rows, columns } = geometryOf(x, weight, attrs);
      return {
        name,
        shapes: [x, [x[0], outChannels, rows.outSize, columns.outSize]],
        attrs: { ...attrs, kernelHeight: weight[1], kernelWidth: weight[2] },
        tolerance: 1e-4,
      };
    }),

    errors: [
      {
        name: "gradient of another batch",
        shapes: [
          [1, 2, 6, 6],
          [3, 4, 4, 4],
        ],
        attrs: { ...unitMotion, kernelHeight: 3, kernelWidth: 3 },
        code: "gradient-shape",
        message: /output gradient of shape \[1, 4, 4, 4\], got \[3, 4, 4, 4\]/,
      },
    ],
  },
);
