// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../../testing/op-cases.ts";
import { numElements, opCases } from "../../testing/op-cases.ts";
import type { AvgPoolGradientAttributes } from "./average-pool.ts";
import { avgPool2dGradientOp, avgPool2dOp } from "./average-pool.ts";
import { forEachWindow, pooledShape, poolSamples, tooMuchPadding } from "./pool.cases.ts";
import type { PoolAttributes } from "./pool-geometry.ts";

export const avgPool2dCases: OpCases<PoolAttributes> = opCases<PoolAttributes>({
  op: avgPool2dOp,

  reference([x], attrs, [shape]) {
    const y = new Float64Array(numElements(shape!));
    forEachWindow(x!.shape, attrs, (yIndex, seen) => {
      y[yIndex] = seen.reduce((sum, index) => sum + x!.data[index]!, 0) / seen.length;
    });
    return [{ shape: shape!, data: y }];
  },

  samples: poolSamples.map(({ name, x, attrs }) => ({ name, shapes: [x], attrs })),

  errors: [
    {
      name: "padding that fills windows",
      shapes: [[1, 2, 6, 6]],
      attrs: tooMuchPadding,
      code: "pool-padding",
      message: /avgPool2d: expected a padding of at most half the kernel size 3, got 2/,
    },
  ],
});

export const avgPool2dGradientCases: OpCases<AvgPoolGradientAttributes> = opCases<AvgPoolGradientAttributes>({
  op: avgPool2dGradientOp,

  reference([grad], attrs, [shape]) {
    const dx = new Float64Array(numElements(shape!));
    forEachWindow(shape!, attrs, (yIndex, seen) => {
      for (const index of seen) dx[index]! += grad!.data[yIndex]! / seen.length;
    });
    return [{ shape: shape!, data: dx }];
  },

  samples: poolSamples.map(({ name, x, attrs }) => ({
    name,
    shapes: [pooledShape(x, attrs)],
    attrs: { ...attrs, height: x[2], width: x[3] },
  })),

  errors: [
    {
      name: "gradient of another size",
      shapes: [[1, 2, 2, 2]],
      attrs: { kernelSize: 2, stride: 2, padding: 0, height: 6, width: 6 },
      code: "gradient-shape",
      message: /output gradient of shape \[1, 2, 3, 3\], got \[1, 2, 2, 2\]/,
    },
  ],
});
