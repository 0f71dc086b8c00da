// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../testing/op-cases.ts";
import { elementAt, tabulate } from "../testing/op-cases.ts";
import type { MatmulOptions } from "./matmul.ts";
import { matmulOp } from "./matmul.ts";
import { integersRejected } from "./pointwise.cases.ts";

const plain = { transA: false, transB: false };
const tolerance = 1e-4;

/** Cases of `MatMul`. */
export const matmulCases: OpCases<Required<MatmulOptions>> = {
  op: matmulOp,
  reference: ([a, b], { transA, transB }, [shape]) => {
    const inner = a!.shape.at(transA ? -2 : -1)!;
    return [
      tabulate(shape!, (index) => {
        const batch = index.slice(0, -2);
        const [row, column] = [index.at(-2)!, index.at(-1)!];
        let total = 0;
        for (let k = 0; k < inner; k++) {
          const left = elementAt(a!, [...batch, ...(transA ? [k, row] : [row, k])]);
          total += left * elementAt(b!, [...batch, ...(transB ? [column, k] : [k, column])]);
        }
        return total;
      }),
    ];
  },
  samples: [
    {
      name: "two matrices",
      shapes: [
        [2, 3],
        [3, 4],
      ],
      attrs: plain,
      tolerance,
    },
    {
      name: "left transposed",
      shapes: [
        [3, 2],
        [3, 4],
      ],
      attrs: { transA: true, transB: false },
      tolerance,
    },
    {
      name: "right transposed",
      shapes: [
        [2, 3],
        [4, 3],
      ],
      attrs: { transA: false, transB: true },
      tolerance,
    },
    {
      name: "both transposed",
      shapes: [
        [3, 2],
        [4, 3],
      ],
      attrs: { transA: true, transB: true },
      tolerance,
    },
    {
      name: "a batch",
      shapes: [
        [2, 3, 4],
        [2, 4, 2],
      ],
      attrs: plain,
      tolerance,
    },
    {
      name: "a batch, left transposed",
      shapes: [
        [2, 4, 3],
        [2, 4, 2],
      ],
      attrs: { transA: true, transB: false },
      tolerance,
    },
    {
      name: "a batch, right transposed",
      shapes: [
        [2, 3, 4],
        [2, 2, 4],
      ],
      attrs: { transA: false, transB: true },
      tolerance,
    },
    {
      name: "a batch, both transposed",
      shapes: [
        [2, 4, 3],
        [2, 2, 4],
      ],
      attrs: { transA: true, transB: true },
      tolerance,
    },
    {
      name: "a shared matrix",
      shapes: [
        [2, 3, 4, 3],
        [3, 2],
      ],
      attrs: plain,
      tolerance,
    },
    {
      name: "a shared matrix, transposed",
      shapes: [
        [2, 3, 4],
        [2, 4],
      ],
      attrs: { transA: false, transB: true },
      tolerance,
    },
    {
      name: "a shared matrix, left transposed",
      shapes: [
        [2, 4, 3],
        [4, 2],
      ],
      attrs: { transA: true, transB: false },
      tolerance,
    },
    {
      name: "a matrix before a batch",
      shapes: [
        [3, 4],
        [2, 4, 2],
      ],
      attrs: plain,
      tolerance,
    },
    {
      name: "batch axes of both sides",
      shapes: [
        [2, 1, 3, 2],
        [3, 2, 2],
      ],
      attrs: plain,
      tolerance,
    },
  ],
  errors: [
    integersRejected(plain, 2),
    {
      name: "inner sizes differ",
      shapes: [
        [2, 3],
        [4, 2],
      ],
      attrs: plain,
      code: "inner-size",
      message:
        /expected 3 rows on the right, as there are columns on the left, got 4 in \[2, 3\] times \[4, 2\]/,
    },
    {
      name: "a vector",
      shapes: [[3], [3, 2]],
      attrs: plain,
      code: "rank",
      message: /expected at least 2 axes, got shape \[3\]/,
    },
    {
      name: "batch sizes differ",
      shapes: [
        [2, 3, 4],
        [3, 4, 2],
      ],
      attrs: plain,
      code: "broadcast",
      message: /got \[2\] and \[3\]/,
    },
  ],
};
