// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../testing/op-cases.ts";
import { elementAt, tabulate } from "../testing/op-cases.ts";
import { expandOp } from "./expand.ts";
import type { NoAttributes } from "./pointwise.ts";

/** Cases of `Expand`. */
export const expandCases: OpCases<NoAttributes> = {
  op: expandOp,
  reference: ([x, like]) => [tabulate(like!.shape, (index) => elementAt(x!, index))],
  samples: [
    { name: "a scalar", shapes: [[], [2, 3]], attrs: {} },
    { name: "a row", shapes: [[3], [2, 3]], attrs: {} },
    {
      name: "a column",
      shapes: [
        [4, 1],
        [4, 5],
      ],
      attrs: {},
    },
    {
      name: "an inner axis",
      shapes: [
        [2, 1, 4],
        [3, 2, 5, 4],
      ],
      attrs: {},
    },
  ],
  errors: [
    {
      name: "the target is smaller",
      shapes: [[2, 3], [3]],
      attrs: {},
      code: "expand",
      message: /expected a shape that stretches to \[3\], got \[2, 3\]/,
    },
    {
      name: "sizes disagree",
      shapes: [[2], [3]],
      attrs: {},
      code: "broadcast",
      message: /got \[2\] and \[3\]/,
    },
  ],
};
