// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../testing/op-cases.ts";
import { tabulate } from "../testing/op-cases.ts";
import { linearOp } from "./linear.ts";
import { integersRejected } from "./pointwise.cases.ts";
import type { NoAttributes } from "./pointwise.ts";

/** Cases of `Linear`. */
export const linearCases: OpCases<NoAttributes> = {
  op: linearOp,
  reference: ([x, weight, bias], _attrs, [shape]) => [
    tabulate(shape!, ([row, column]) => {
      const inFeatures = x!.shape[1]!;
      let total = bias?.data[column!] ?? 0;
      for (let k = 0; k < inFeatures; k++) {
        total += x!.data[row! * inFeatures + k]! * weight!.data[column! * inFeatures + k]!;
      }
      return total;
    }),
  ],
  samples: [
    { name: "with a bias", shapes: [[3, 4], [2, 4], [2]], attrs: {}, tolerance: 1e-4 },
    {
      name: "without a bias",
      shapes: [
        [5, 3],
        [7, 3],
      ],
      attrs: {},
      tolerance: 1e-4,
    },
  ],
  errors: [
    integersRejected({}, 2),
    {
      name: "the width is not that of the weight",
      shapes: [
        [32, 512],
        [10, 384],
      ],
      attrs: {},
      code: "in-features",
      message: /Linear: expected a last axis of 384, as weight \[10, 384\] takes, got \[32, 512\]/,
    },
    {
      name: "the bias has another size",
      shapes: [[2, 3], [4, 3], [3]],
      attrs: {},
      code: "bias-size",
      message: /expected a bias of shape \[4\], got \[3\]/,
    },
  ],
};
