// SPDX-License-Identifier: Apache-2.0
import type { AnyOpCases, OpCases } from "../testing/op-cases.ts";
import { elementAt, offsetOf, tabulate } from "../testing/op-cases.ts";
import { scatterAlongAxisOp, takeAlongAxisOp } from "./take-along-axis.ts";

const takeCases: OpCases<{ axis: number }> = {
  op: takeAlongAxisOp,
  reference: ([x, indices], { axis }) => [
    tabulate(indices!.shape, (index, offset) => elementAt(x!, index.with(axis, indices!.data[offset]!))),
  ],
  samples: [
    {
      name: "last axis, one element twice",
      shapes: [
        [2, 4],
        [2, 3],
      ],
      attrs: { axis: 1 },
      dtypes: [undefined, "int64"],
      domain: [undefined, { values: [3, 0, 3, 1, 2, 0] }],
    },
    {
      name: "first axis by int32 indices",
      shapes: [
        [4, 3],
        [2, 3],
      ],
      attrs: { axis: 0 },
      dtypes: [undefined, "int32"],
      domain: [undefined, { range: [0, 3] }],
    },
    {
      name: "more than there are, along a middle axis",
      shapes: [
        [2, 3, 4],
        [2, 5, 4],
      ],
      attrs: { axis: 1 },
      dtypes: [undefined, "int64"],
      domain: [undefined, { range: [0, 2] }],
    },
  ],
  errors: [
    {
      name: "another size differs",
      shapes: [
        [2, 4],
        [3, 4],
      ],
      attrs: { axis: 1 },
      dtypes: [undefined, "int64"],
      code: "indices-shape",
      message: /expected indices with the sizes of \[2, 4\] outside axis 1, got \[3, 4\]/,
    },
    {
      name: "another rank",
      shapes: [[2, 4], [4]],
      attrs: { axis: 1 },
      dtypes: [undefined, "int64"],
      code: "indices-shape",
      message: /got \[4\]/,
    },
    {
      name: "indices are floats",
      shapes: [
        [2, 4],
        [2, 4],
      ],
      attrs: { axis: 1 },
      code: "dtype",
      message: /expected a tensor of int32 or int64, got float32/,
    },
  ],
};

const scatterCases: OpCases<{ axis: number }> = {
  op: scatterAlongAxisOp,
  reference: ([x, indices, updates], { axis }) => {
    const sums = { shape: x!.shape, data: x!.data.slice() };
    tabulate(indices!.shape, (index, offset) => {
      const place = offsetOf(x!.shape, index.with(axis, indices!.data[offset]!));
      return (sums.data[place]! += updates!.data[offset]!);
    });
    return [sums];
  },
  samples: [
    {
      name: "last axis, one place twice",
      shapes: [
        [2, 4],
        [2, 3],
        [2, 3],
      ],
      attrs: { axis: 1 },
      dtypes: [undefined, "int64"],
      domain: [undefined, { values: [3, 0, 3, 1, 2, 0] }],
    },
    {
      name: "a middle axis by int32 indices",
      shapes: [
        [2, 3, 4],
        [2, 5, 4],
        [2, 5, 4],
      ],
      attrs: { axis: 1 },
      dtypes: [undefined, "int32"],
      domain: [undefined, { range: [0, 2] }],
    },
  ],
  errors: [
    {
      name: "updates of another shape",
      shapes: [
        [2, 4],
        [2, 3],
        [2, 2],
      ],
      attrs: { axis: 1 },
      dtypes: [undefined, "int64"],
      code: "updates-shape",
      message: /expected updates of the shape of the indices, \[2, 3\], got \[2, 2\]/,
    },
    {
      name: "integers are no floats",
      shapes: [[4], [3], [3]],
      attrs: { axis: 0 },
      dtypes: ["int32", "int64"],
      code: "dtype",
      message: /expected a tensor of float32, got int32/,
    },
  ],
};

/** Cases of `TakeAlongAxis` and its adjoint `ScatterAddAlongAxis`. */
export const takeAlongAxisCases: readonly AnyOpCases[] = [takeCases, scatterCases];
