// SPDX-License-Identifier: Apache-2.0
import type { Domain, OpCases } from "../../testing/op-cases.ts";
import { numElements, opCases } from "../../testing/op-cases.ts";
import { maxPool2dGradientOp, maxPool2dOp, maxPool2dSelectOp } from "./max-pool.ts";
import { firstMaximum, forEachWindow, pooledShape, poolSamples, tooMuchPadding } from "./pool.cases.ts";
import type { PoolAttributes } from "./pool-geometry.ts";

// Central differences need a maximum that stays where it is.
const distinct: Domain = { distinct: true };

export const maxPool2dCases: OpCases<PoolAttributes> = opCases<PoolAttributes>({
  op: maxPool2dOp,

  reference([x], attrs, [shape]) {
    const y = new Float64Array(numElements(shape!));
    forEachWindow(x!.shape, attrs, (yIndex, seen) => {
      y[yIndex] = x!.data[firstMaximum(x!.data, seen)]!;
    });
    return [{ shape: shape!, data: y }];
  },

  samples: [
    ...poolSamples.map(({ name, x, attrs }) => ({ name, shapes: [x], attrs, domain: distinct })),
    {
      name: "negative values next to padding",
      shapes: [[1, 4, 4, 4]],
      attrs: { kernelSize: 3, stride: 1, padding: 1 },
      domain: { range: [-9, -5], distinct: true },
    },
  ],

  errors: [
    {
      name: "padding that fills windows",
      shapes: [[1, 2, 6, 6]],
      attrs: tooMuchPadding,
      code: "pool-padding",
      message: /maxPool2d: expected a padding of at most half the kernel size 3, got 2/,
    },
    {
      name: "window larger than the map",
      shapes: [[1, 2, 2, 6]],
      attrs: { kernelSize: 3, stride: 1, padding: 0 },
      code: "window-size",
      message: /at most the padded size 2, got 3/,
    },
    {
      name: "matrix",
      shapes: [[2, 6]],
      attrs: { kernelSize: 2, stride: 2, padding: 0 },
      code: "rank",
      message: /\[batch, channels, height, width\], got shape \[2, 6\]/,
    },
  ],
});

export const maxPool2dGradientCases: OpCases<PoolAttributes> = opCases<PoolAttributes>({
  op: maxPool2dGradientOp,

  reference([x, grad], attrs, [shape]) {
    const dx = new Float64Array(numElements(shape!));
    forEachWindow(x!.shape, attrs, (yIndex, seen) => {
      dx[firstMaximum(x!.data, seen)]! += grad!.data[yIndex]!;
    });
    return [{ shape: shape!, data: dx }];
  },

  samples: poolSamples.map(({ name, x, attrs }) => ({
    name,
    shapes: [x, pooledShape(x, attrs)],
    attrs,
    domain: [distinct, undefined],
  })),

  errors: [
    {
      name: "gradient of another size",
      shapes: [
        [1, 2, 6, 6],
        [1, 2, 2, 2],
      ],
      attrs: { kernelSize: 2, stride: 2, padding: 0 },
      code: "gradient-shape",
      message: /output gradient of shape \[1, 2, 3, 3\], got \[1, 2, 2, 2\]/,
    },
  ],
});

export const maxPool2dSelectCases: OpCases<PoolAttributes> = opCases<PoolAttributes>({
  op: maxPool2dSelectOp,

  reference([x, u], attrs, [shape]) {
    const selected = new Float64Array(numElements(shape!));
    forEachWindow(x!.shape, attrs, (yIndex, seen) => {
      selected[yIndex] = u!.data[firstMaximum(x!.data, seen)]!;
    });
    return [{ shape: shape!, data: selected }];
  },

  samples: poolSamples.map(({ name, x, attrs }) => ({
    name,
    shapes: [x, x],
    attrs,
    domain: [distinct, undefined],
  })),

  errors: [],
});
