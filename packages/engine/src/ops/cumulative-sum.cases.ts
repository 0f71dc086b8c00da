// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../testing/op-cases.ts";
import { elementAt, tabulate } from "../testing/op-cases.ts";
import type { CumulativeSumOptions } from "./cumulative-sum.ts";
import { cumulativeSumOp } from "./cumulative-sum.ts";
import { integersRejected } from "./pointwise.cases.ts";

// Sums near zero are differences of larger numbers.
const tolerance = 1e-4;

/** Cases of `CumSum`. */
export const cumulativeSumCases: OpCases<Required<CumulativeSumOptions>> = {
  op: cumulativeSumOp,
  reference: ([x], { axis, exclusive, reverse }) => [
    tabulate(x!.shape, (index) => {
      let total = 0;
      for (let place = 0; place < x!.shape[axis]!; place++) {
        const distance = (index[axis]! - place) * (reverse ? -1 : 1);
        if (distance > 0 || (distance === 0 && !exclusive)) total += elementAt(x!, index.with(axis, place));
      }
      return total;
    }),
  ],
  samples: [
    {
      name: "last axis",
      shapes: [[3, 5]],
      attrs: { axis: 1, exclusive: false, reverse: false },
      tolerance,
    },
    {
      name: "first axis, without itself",
      shapes: [[4, 3]],
      attrs: { axis: 0, exclusive: true, reverse: false },
      tolerance,
    },
    {
      name: "middle axis, from behind",
      shapes: [[2, 5, 4]],
      attrs: { axis: 1, exclusive: false, reverse: true },
      tolerance,
    },
    {
      name: "from behind, without itself",
      shapes: [[2, 6]],
      attrs: { axis: 1, exclusive: true, reverse: true },
      tolerance,
    },
  ],
  errors: [
    integersRejected({ axis: 1, exclusive: false, reverse: false }),
    {
      name: "axis out of range",
      shapes: [[3, 5]],
      attrs: { axis: 2, exclusive: false, reverse: false },
      code: "axis-out-of-range",
      message: /CumSum: expected an axis of -2 to 1, got axis 2 with rank 2/,
    },
  ],
};
