// SPDX-License-Identifier: Apache-2.0
import type { Shape } from "../graph/dim.ts";
import type { OpCases } from "../testing/op-cases.ts";
import { elementAt, tabulate } from "../testing/op-cases.ts";
import { reshapeOp, transposeOp } from "./layout.ts";

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

/** Cases of `Transpose`. */
export const transposeCases: OpCases<{ perm: readonly number[] }> = {
  op: transposeOp,
  reference: ([x], { perm }) => [
    tabulate(
      perm.map((axis) => x!.shape[axis]!),
      (index) =>
        elementAt(
          x!,
          perm.map((_, axis) => index[perm.indexOf(axis)]!),
        ),
    ),
  ],
  samples: [
    { name: "of a matrix", shapes: [[2, 3]], attrs: { perm: [1, 0] } },
    { name: "a cycle of three axes", shapes: [[2, 3, 4]], attrs: { perm: [2, 0, 1] } },
    { name: "heads before tokens", shapes: [[2, 3, 4, 2]], attrs: { perm: [0, 2, 1, 3] } },
  ],
  errors: [
    {
      name: "an axis twice",
      shapes: [[2, 3]],
      attrs: { perm: [0, 0] },
      code: "permutation",
      message: /expected each of the 2 axes once, got \[0, 0\]/,
    },
    {
      name: "an axis missing",
      shapes: [[2, 3]],
      attrs: { perm: [0] },
      code: "permutation",
      message: /got \[0\]/,
    },
  ],
};
