// SPDX-License-Identifier: Apache-2.0
import { mapElements } from "../testing/float64-tensor.ts";
import type { AnyOpCases, OpCases } from "../testing/op-cases.ts";
import { integersRejected, pointwiseCases } from "./pointwise.cases.ts";
import { powOp, reciprocalOp, sqrtOp, squareOp } from "./power.ts";

const powCases: OpCases<{ exponent: number }> = {
  op: powOp,
  reference: ([x], { exponent }) => [mapElements(x!, (value) => value ** exponent)],
  samples: [
    { name: "cube of both signs", shapes: [[2, 3]], attrs: { exponent: 3 }, domain: { awayFromZero: 0.2 } },
    { name: "a fraction", shapes: [[5, 8]], attrs: { exponent: 0.7 }, domain: { range: [0.2, 3] } },
    { name: "a negative exponent", shapes: [[4]], attrs: { exponent: -1.5 }, domain: { range: [0.5, 3] } },
  ],
  errors: [integersRejected({ exponent: 3 })],
};

/** Cases of `Pow`, `Square`, `Sqrt` and `Reciprocal`. */
export const powerCases: readonly AnyOpCases[] = [
  powCases,
  pointwiseCases(squareOp, (x) => x * x),
  pointwiseCases(sqrtOp, Math.sqrt, { range: [0.2, 3] }),
  pointwiseCases(reciprocalOp, (x) => 1 / x, { awayFromZero: 0.5 }),
];
