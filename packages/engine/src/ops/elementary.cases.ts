// SPDX-License-Identifier: Apache-2.0
import type { AnyOpCases, OpCases } from "../testing/op-cases.ts";
import { mapElements } from "../testing/op-cases.ts";
import { cosOp, expOp, logOp, powOp, reciprocalOp, sinOp, sqrtOp, squareOp, tanhOp } from "./elementary.ts";
import { integersRejected, pointwiseCases } from "./pointwise.cases.ts";

/** Cases of `Exp` and `Log`. */
export const exponentialCases: readonly AnyOpCases[] = [
  pointwiseCases(expOp, Math.exp),
  pointwiseCases(logOp, Math.log, { range: [0.2, 3] }),
];

/** Cases of `Sin`, `Cos` and `Tanh`. */
export const trigonometricCases: readonly AnyOpCases[] = [
  pointwiseCases(sinOp, Math.sin),
  pointwiseCases(cosOp, Math.cos),
  pointwiseCases(tanhOp, Math.tanh, {}, [
    { name: "is flat far out", shapes: [[4]], attrs: {}, domain: { values: [-40, -9, 9, 40] } },
  ]),
];

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
