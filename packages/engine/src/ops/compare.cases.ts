// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import type { AnyOpCases, OpCases } from "../testing/op-cases.ts";
import { mapBroadcast } from "../testing/op-cases.ts";
import { binaryCases } from "./pointwise.cases.ts";
import { equalOp, greaterOp, lessOp, whereOp } from "./compare.ts";
import type { NoAttributes } from "./pointwise.ts";

/** Cases of `Equal`, `Greater` and `Less`. */
export const compareCases: readonly AnyOpCases[] = [
  comparisonCases(equalOp, (a, b) => a === b),
  comparisonCases(greaterOp, (a, b) => a > b),
  comparisonCases(lessOp, (a, b) => a < b),
];

function comparisonCases(op: Op<NoAttributes>, f: (a: number, b: number) => boolean): OpCases<NoAttributes> {
  const floats = binaryCases(op, (a, b) => Number(f(a, b)), { range: [-1, 1], integer: true });
  const integers = (["int32", "int64"] as const).map((dtype) => ({
    name: `of ${dtype}`,
    shapes: [[2, 1], [5]],
    attrs: {},
    dtypes: [dtype, dtype],
    domain: { range: [0, 4] as const },
  }));
  return { ...floats, samples: [...floats.samples, ...integers] };
}

/** Cases of `Where`. */
export const whereCases: OpCases<NoAttributes> = {
  op: whereOp,
  reference: (inputs) => [mapBroadcast(inputs, (...[condition, a, b]) => (condition ? a! : b!))],
  samples: [
    {
      name: "equal shapes",
      shapes: [
        [2, 3],
        [2, 3],
        [2, 3],
      ],
      attrs: {},
      dtypes: ["bool"],
    },
    { name: "condition for each row", shapes: [[4, 1], [4, 9], [9]], attrs: {}, dtypes: ["bool"] },
    { name: "scalars chosen by a tensor", shapes: [[2, 3], [], []], attrs: {}, dtypes: ["bool"] },
  ],
  errors: [
    {
      name: "the condition is not bool",
      shapes: [[2], [2], [2]],
      attrs: {},
      code: "dtype",
      message: /Where: expected a tensor of bool, got float32/,
    },
    {
      name: "the condition does not broadcast",
      shapes: [[3], [2], [2]],
      attrs: {},
      dtypes: ["bool"],
      code: "broadcast",
      message: /got \[3\] and \[2\]/,
    },
  ],
};
