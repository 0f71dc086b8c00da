// SPDX-License-Identifier: Apache-2.0
import type { AnyOpCases, OpCases } from "../testing/op-cases.ts";
import { elementAt, offsetOf, tabulate } from "../testing/op-cases.ts";
import { gatherOp, scatterAddOp } from "./gather.ts";

/** Index into the gathered tensor for an index into the result. */
function sourceIndex(
  index: readonly number[],
  indices: { readonly shape: readonly number[]; readonly data: Float64Array },
  axis: number,
): number[] {
  const end = axis + indices.shape.length;
  const taken = indices.data[offsetOf(indices.shape, index.slice(axis, end))]!;
  return [...index.slice(0, axis), taken, ...index.slice(end)];
}

const gatherCases: OpCases<{ axis: number }> = {
  op: gatherOp,
  reference: ([x, indices], { axis }, [shape]) => [
    tabulate(shape!, (index) => elementAt(x!, sourceIndex(index, indices!, axis))),
  ],
  samples: [
    {
      name: "rows, one of them twice",
      shapes: [[4, 3], [3]],
      attrs: { axis: 0 },
      dtypes: [undefined, "int64"],
      domain: [undefined, { values: [1, 3, 1] }],
    },
    {
      name: "a matrix of int32 indices",
      shapes: [
        [5, 3],
        [2, 4],
      ],
      attrs: { axis: 0 },
      dtypes: [undefined, "int32"],
      domain: [undefined, { range: [0, 4] }],
    },
    {
      name: "a middle axis",
      shapes: [
        [2, 5, 3],
        [2, 2],
      ],
      attrs: { axis: 1 },
      dtypes: [undefined, "int64"],
      domain: [undefined, { values: [0, 4, 4, 2] }],
    },
    {
      name: "one element",
      shapes: [[2, 4], []],
      attrs: { axis: 1 },
      dtypes: [undefined, "int64"],
      domain: [undefined, { values: [2] }],
    },
  ],
  errors: [
    {
      name: "indices are floats",
      shapes: [[4, 3], [2]],
      attrs: { axis: 0 },
      code: "dtype",
      message: /expected a tensor of int32 or int64, got float32/,
    },
  ],
};

const scatterAddCases: OpCases<{ axis: number }> = {
  op: scatterAddOp,
  reference: ([updates, indices], { axis }, [shape]) => {
    const sums = tabulate(shape!, () => 0);
    tabulate(updates!.shape, (index, offset) => {
      const place = offsetOf(shape!, sourceIndex(index, indices!, axis));
      return (sums.data[place]! += updates!.data[offset]!);
    });
    return [sums];
  },
  samples: [
    {
      name: "rows, one of them twice",
      shapes: [[3, 2], [3], [4, 2]],
      attrs: { axis: 0 },
      dtypes: [undefined, "int64"],
      domain: [undefined, { values: [1, 3, 1] }],
    },
    {
      name: "a last axis by int32 indices",
      shapes: [[2, 3, 4], [4], [2, 3, 6]],
      attrs: { axis: 2 },
      dtypes: [undefined, "int32"],
      domain: [undefined, { values: [5, 0, 2, 0] }],
    },
  ],
  errors: [],
};

/** Cases of `Gather` and its adjoint `ScatterAdd`. */
export const indexingCases: readonly AnyOpCases[] = [gatherCases, scatterAddCases];
