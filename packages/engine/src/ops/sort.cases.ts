// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../testing/op-cases.ts";
import { elementAt, tabulate } from "../testing/op-cases.ts";
import { integersRejected } from "./pointwise.cases.ts";
import type { TopKAttributes } from "./sort.ts";
import { topKOp } from "./sort.ts";

const distinct = { distinct: true };

/** Cases of `TopK`. */
export const sortCases: OpCases<TopKAttributes> = {
  op: topKOp,
  // An element's rank is the number of those before it: larger (or smaller) ones, and equal ones with lower place.
  reference: ([x], { axis, largest }, [shape]) => {
    const size = x!.shape[axis]!;
    const lines = Array.from({ length: size }, (_, place) => place);
    const placeOfRank = (index: readonly number[]): number => {
      const at = (place: number): number => elementAt(x!, index.with(axis, place)) * (largest ? -1 : 1);
      return lines.find((place) => {
        const rank = lines.filter(
          (other) => at(other) < at(place) || (at(other) === at(place) && other < place),
        ).length;
        return rank === index[axis];
      })!;
    };
    return [
      tabulate(shape!, (index) => elementAt(x!, index.with(axis, placeOfRank(index)))),
      tabulate(shape!, placeOfRank),
    ];
  },
  samples: [
    {
      name: "ascending, last axis",
      shapes: [[3, 5]],
      attrs: { axis: 1, count: 5, largest: false },
      domain: distinct,
    },
    {
      name: "descending, first axis",
      shapes: [[6, 2]],
      attrs: { axis: 0, count: 6, largest: true },
      domain: distinct,
    },
    {
      name: "three smallest of a middle axis",
      shapes: [[2, 7, 3]],
      attrs: { axis: 1, count: 3, largest: false },
      domain: distinct,
    },
    {
      name: "the largest",
      shapes: [[4, 3]],
      attrs: { axis: 1, count: 1, largest: true },
      domain: distinct,
    },
  ],
  errors: [
    {
      name: "more than there are",
      shapes: [[2, 3]],
      attrs: { axis: 1, count: 4, largest: true },
      code: "count",
      message: /TopK: expected a count of 1 to 3, the size of axis 1, got 4/,
    },
    {
      name: "none",
      shapes: [[2, 3]],
      attrs: { axis: 1, count: 0, largest: true },
      code: "count",
      message: /got 0/,
    },
    integersRejected({ axis: 1, count: 3, largest: true }),
  ],
};
