// SPDX-License-Identifier: Apache-2.0
import type { AnyOpCases, OpCases } from "../testing/op-cases.ts";
import { elementAt, tabulate } from "../testing/op-cases.ts";
import type { ConstantPad, SliceOptions } from "./slice.ts";
import { padOp, sliceOp } from "./slice.ts";
import { integersRejected } from "./pointwise.cases.ts";

const sliceCases: OpCases<Required<SliceOptions>> = {
  op: sliceOp,
  reference: ([x], { axis, start, step }, [shape]) => [
    tabulate(shape!, (index) => elementAt(x!, index.with(axis, start + index[axis]! * step))),
  ],
  samples: [
    { name: "inside an axis", shapes: [[2, 4, 3]], attrs: { axis: 1, start: 1, end: 3, step: 1 } },
    { name: "first elements", shapes: [[5, 7]], attrs: { axis: 1, start: 0, end: 3, step: 1 } },
    { name: "every second", shapes: [[2, 7]], attrs: { axis: 1, start: 0, end: 7, step: 2 } },
    {
      name: "every third, not up to the end",
      shapes: [[2, 11, 2]],
      attrs: { axis: 1, start: 1, end: 8, step: 3 },
    },
    { name: "a batch", shapes: [[6, 2]], attrs: { axis: 0, start: 2, end: 5, step: 1 } },
  ],
  errors: [
    {
      name: "behind the end",
      shapes: [[2, 4]],
      attrs: { axis: 1, start: 1, end: 5, step: 1 },
      code: "slice-range",
      message: /expected a range inside 0 to 4 with a step of at least 1, got 1 to 5 with step 1/,
    },
    {
      name: "nothing",
      shapes: [[2, 4]],
      attrs: { axis: 1, start: 2, end: 2, step: 1 },
      code: "slice-range",
      message: /got 2 to 2/,
    },
    {
      name: "backwards",
      shapes: [[2, 4]],
      attrs: { axis: 1, start: 0, end: 4, step: -1 },
      code: "slice-range",
      message: /step -1/,
    },
  ],
};

const padCases: OpCases<ConstantPad> = {
  op: padOp,
  reference: ([x], { pads, value }, [shape]) => [
    tabulate(shape!, (index) => {
      const inner = index.map((place, axis) => place - pads[axis]![0]);
      return inner.every((place, axis) => place >= 0 && place < x!.shape[axis]!)
        ? elementAt(x!, inner)
        : value;
    }),
  ],
  samples: [
    {
      name: "both sides of two axes",
      shapes: [[2, 3]],
      attrs: {
        pads: [
          [1, 0],
          [2, 1],
        ],
        value: 0,
      },
    },
    {
      name: "images",
      shapes: [[2, 2, 3, 4]],
      attrs: {
        pads: [
          [0, 0],
          [0, 0],
          [1, 1],
          [1, 1],
        ],
        value: 0,
      },
    },
    { name: "another value", shapes: [[4]], attrs: { pads: [[1, 2]], value: -3.5 } },
  ],
  errors: [
    integersRejected({
      pads: [
        [0, 1],
        [0, 0],
      ],
      value: 0,
    }),
    {
      name: "too few pairs",
      shapes: [[2, 3]],
      attrs: { pads: [[1, 1]], value: 0 },
      code: "pads",
      message: /expected a pair of counts for each axis of \[2, 3\], got \[\[1,1\]\]/,
    },
    {
      name: "negative counts",
      shapes: [[2]],
      attrs: { pads: [[-1, 0]], value: 0 },
      code: "pads",
      message: /got \[\[-1,0\]\]/,
    },
  ],
};

/** Cases of `Slice` and its adjoint `Pad`. */
export const slicingCases: readonly AnyOpCases[] = [sliceCases, padCases];
