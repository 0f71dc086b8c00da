// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import type { AnyOpCases, OpCases } from "../testing/op-cases.ts";
import { binaryCases } from "./broadcast.cases.ts";
import { equalOp, greaterOp, lessOp } from "./compare.ts";
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
