// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../testing/op-cases.ts";
import { sizeOfOp } from "./size-of.ts";

/** Cases of `SizeOf`. */
export const sizeOfCases: OpCases<{ axes: readonly number[] }> = {
  op: sizeOfOp,
  reference: ([x], { axes }) => [
    { shape: [], data: Float64Array.of(axes.reduce((size, axis) => size * x!.shape[axis]!, 1)) },
  ],
  samples: [
    { name: "one axis", shapes: [[4, 3]], attrs: { axes: [0] } },
    { name: "outer and inner axis", shapes: [[4, 3, 5]], attrs: { axes: [0, 2] } },
  ],
  errors: [],
};
