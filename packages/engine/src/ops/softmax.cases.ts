// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import type { AnyOpCases, Float64Tensor, OpCases } from "../testing/op-cases.ts";
import { elementAt, tabulate } from "../testing/op-cases.ts";
import { integersRejected } from "./pointwise.cases.ts";
import { logSoftmaxOp, softmaxOp } from "./softmax.ts";

function logSoftmax(x: Float64Tensor, axis: number): Float64Tensor {
  const place = axis < 0 ? axis + x.shape.length : axis;
  return tabulate(x.shape, (index, offset) => {
    const row = Array.from({ length: x.shape[place]! }, (_, i) => elementAt(x, index.with(place, i)));
    const largest = Math.max(...row);
    return (
      x.data[offset]! - largest - Math.log(row.reduce((total, value) => total + Math.exp(value - largest), 0))
    );
  });
}

/** Cases of `Softmax` and `LogSoftmax`. */
export const softmaxCases: readonly AnyOpCases[] = [
  casesAlongAxis(softmaxOp, (x, axis) => {
    const { shape, data } = logSoftmax(x, axis);
    return { shape, data: data.map(Math.exp) };
  }),
  casesAlongAxis(logSoftmaxOp, logSoftmax),
];

function casesAlongAxis(
  op: Op<{ axis: number }>,
  f: (x: Float64Tensor, axis: number) => Float64Tensor,
): OpCases<{ axis: number }> {
  return {
    op,
    reference: ([x], { axis }) => [f(x!, axis)],
    samples: [
      { name: "rows of a matrix", shapes: [[3, 5]], attrs: { axis: -1 } },
      { name: "middle axis", shapes: [[2, 4, 3]], attrs: { axis: 1 } },
      { name: "more than 32 elements", shapes: [[4, 10]], attrs: { axis: 1 } },
      { name: "does not overflow", shapes: [[2, 3]], attrs: { axis: -1 }, domain: { range: [998, 1000] } },
    ],
    errors: [
      integersRejected({ axis: 0 }),
      {
        name: "axis out of range",
        shapes: [[3, 5]],
        attrs: { axis: 2 },
        code: "axis-out-of-range",
        message: /axis 2 .* rank 2/,
      },
    ],
  };
}
