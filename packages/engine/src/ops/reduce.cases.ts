// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import type { AnyOpCases, Domain, Float64Tensor, OpCases } from "../testing/op-cases.ts";
import { mapElements, offsetOf, tabulate } from "../testing/op-cases.ts";
import { integersRejected } from "./pointwise.cases.ts";
import type { ReduceAttributes } from "./reduce.ts";
import { maxOp, meanOp, sizeOfOp, sumOp } from "./reduce.ts";

/** Folds the elements of a tensor over axes into the given output shape. */
function fold(
  x: Float64Tensor,
  { axes }: ReduceAttributes,
  shape: readonly number[],
  start: number,
  f: (total: number, value: number) => number,
): Float64Tensor {
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const folded = tabulate(shape, () => start);
  tabulate(x.shape, (index, offset) => {
    const place = offsetOf(kept, index);
    return (folded.data[place] = f(folded.data[place]!, x.data[offset]!));
  });
  return folded;
}

const total = (x: Float64Tensor, attrs: ReduceAttributes, shape: readonly number[]): Float64Tensor =>
  fold(x, attrs, shape, 0, (sum, value) => sum + value);

/** Cases of `ReduceSum`, `ReduceMean` and `ReduceMax`. */
export const reduceCases: readonly AnyOpCases[] = [
  reductionCases(sumOp, ([x], attrs, [shape]) => [total(x!, attrs, shape!)]),
  reductionCases(meanOp, ([x], attrs, [shape]) => {
    const count = attrs.axes.reduce((size, axis) => size * x!.shape[axis]!, 1);
    return [mapElements(total(x!, attrs, shape!), (value) => value / count)];
  }),
  reductionCases(maxOp, ([x], attrs, [shape]) => [fold(x!, attrs, shape!, -Infinity, Math.max)], {
    distinct: true,
  }),
];

function reductionCases(
  op: Op<ReduceAttributes>,
  reference: OpCases<ReduceAttributes>["reference"],
  domain: Domain = {},
): OpCases<ReduceAttributes> {
  const common = { domain, tolerance: 1e-4 };
  return {
    op,
    reference,
    samples: [
      { ...common, name: "last axis", shapes: [[3, 5]], attrs: { axes: [1], keepDims: false } },
      { ...common, name: "first axis, kept", shapes: [[3, 5]], attrs: { axes: [0], keepDims: true } },
      {
        ...common,
        name: "outer and inner axis",
        shapes: [[2, 5, 4]],
        attrs: { axes: [0, 2], keepDims: false },
      },
      {
        ...common,
        name: "two inner axes, kept",
        shapes: [[2, 3, 2, 4]],
        attrs: { axes: [2, 3], keepDims: true },
      },
      { ...common, name: "everything", shapes: [[2, 3]], attrs: { axes: [0, 1], keepDims: false } },
    ],
    errors: [
      integersRejected({ axes: [0], keepDims: false }),
      {
        name: "axis out of range",
        shapes: [[3, 5]],
        attrs: { axes: [2], keepDims: false },
        code: "axis-out-of-range",
        message: /expected an axis of -2 to 1, got axis 2 with rank 2/,
      },
    ],
  };
}

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
