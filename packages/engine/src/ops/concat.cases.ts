// SPDX-License-Identifier: Apache-2.0
import type { Shape } from "../graph/dim.ts";
import type { AnyOpCases, OpCases } from "../testing/op-cases.ts";
import { elementAt, tabulate } from "../testing/op-cases.ts";
import { concatOp, splitOp } from "./concat.ts";

const concatCases: OpCases<{ axis: number }> = {
  op: concatOp,
  reference: (inputs, { axis }, [shape]) => [
    tabulate(shape!, (index) => {
      let place = index[axis]!;
      const source = inputs.find(
        (each) => place < each.shape[axis]! || ((place -= each.shape[axis]!), false),
      );
      return elementAt(source!, index.with(axis, place));
    }),
  ],
  samples: [
    {
      name: "middle axis",
      shapes: [
        [2, 2, 3],
        [2, 3, 3],
      ],
      attrs: { axis: 1 },
    },
    {
      name: "last axis of three",
      shapes: [
        [5, 3],
        [5, 1],
        [5, 4],
      ],
      attrs: { axis: 1 },
    },
    {
      name: "equal batches",
      shapes: [
        [3, 2],
        [3, 2],
      ],
      attrs: { axis: 0 },
    },
  ],
  errors: [
    {
      name: "another size differs",
      shapes: [
        [2, 3],
        [3, 3],
      ],
      attrs: { axis: 1 },
      code: "concat",
      message: /expected the sizes of \[2, 3\] outside axis 1, got \[3, 3\]/,
    },
    {
      name: "element types differ",
      shapes: [[2], [2]],
      attrs: { axis: 0 },
      dtypes: ["float32", "int64"],
      code: "dtype",
      message: /expected a tensor of float32, got int64/,
    },
  ],
};

const splitCases: OpCases<{ axis: number; sizes: Shape }> = {
  op: splitOp,
  reference: ([x], { axis }, shapes) => {
    let start = 0;
    return shapes.map((shape) => {
      const from = start;
      start += shape[axis]!;
      return tabulate(shape, (index) => elementAt(x!, index.with(axis, from + index[axis]!)));
    });
  },
  samples: [
    { name: "last axis", shapes: [[2, 6]], attrs: { axis: 1, sizes: [1, 3, 2] } },
    { name: "queries, keys and values", shapes: [[2, 3, 6]], attrs: { axis: 2, sizes: [2, 2, 2] } },
    { name: "first axis", shapes: [[4, 9]], attrs: { axis: 0, sizes: [1, 3] } },
  ],
  errors: [
    {
      name: "sizes do not add up",
      shapes: [[2, 6]],
      attrs: { axis: 1, sizes: [2, 3] },
      code: "split",
      message: /expected parts that add up to axis 1 of \[2, 6\], got \[2, 3\]/,
    },
  ],
};

/** Cases of `Concat` and `Split`. */
export const joiningCases: readonly AnyOpCases[] = [concatCases, splitCases];
