// SPDX-License-Identifier: Apache-2.0
import { mapBroadcast } from "../testing/float64-tensor.ts";
import type { OpCases } from "../testing/op-cases.ts";
import type { NoAttributes } from "./pointwise.ts";
import { whereOp } from "./where.ts";

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
