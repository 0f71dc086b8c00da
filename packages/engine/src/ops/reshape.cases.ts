// SPDX-License-Identifier: Apache-2.0
import type { Shape } from "../graph/dim.ts";
import type { OpCases } from "../testing/op-cases.ts";
import { reshapeOp } from "./reshape.ts";

/** Cases of `Reshape`. */
export const reshapeCases: OpCases<{ shape: Shape }> = {
  op: reshapeOp,
  reference: ([x], _attrs, [shape]) => [{ shape: shape!, data: x!.data }],
  samples: [
    { name: "to a matrix", shapes: [[2, 3, 4]], attrs: { shape: [4, 6] } },
    { name: "to a vector", shapes: [[7, 5]], attrs: { shape: [35] } },
    { name: "a scalar to one element", shapes: [[]], attrs: { shape: [1, 1] } },
  ],
  errors: [
    {
      name: "another number of elements",
      shapes: [[2, 3]],
      attrs: { shape: [4, 2] },
      code: "reshape",
      message: /expected a shape of 6 elements, as \[2, 3\] has, got \[4, 2\]/,
    },
  ],
};
