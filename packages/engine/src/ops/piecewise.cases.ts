// SPDX-License-Identifier: Apache-2.0
import type { AnyOpCases, OpCases } from "../testing/op-cases.ts";
import { mapElements } from "../testing/op-cases.ts";
import { binaryCases, integersRejected, pointwiseCases } from "./pointwise.cases.ts";
import type { ClipOptions } from "./piecewise.ts";
import { absOp, clipOp, maximumOp, minimumOp, signOp } from "./piecewise.ts";

/** Cases of `Abs` and `Sign`. */
export const absoluteCases: readonly AnyOpCases[] = [
  pointwiseCases(absOp, Math.abs, { awayFromZero: 0.1 }),
  pointwiseCases(signOp, Math.sign, {}, [
    {
      name: "of zero, tiny and huge values",
      shapes: [[5]],
      attrs: {},
      domain: { values: [0, 2e-38, -2e-38, 1e38, -1e38] },
    },
  ]),
];

const values = [-2, -1.1, -0.9, 0.3, 0.9, 1.1, 2];

/** Cases of `Clip`. */
export const clipCases: OpCases<ClipOptions> = {
  op: clipOp,
  reference: ([x], { min = -Infinity, max = Infinity }) => [
    mapElements(x!, (value) => Math.min(Math.max(value, min), max)),
  ],
  samples: [
    { name: "both sides", shapes: [[7]], attrs: { min: -1, max: 1 }, domain: { values } },
    { name: "below only", shapes: [[7]], attrs: { min: -1 }, domain: { values } },
    { name: "above only", shapes: [[7, 6]], attrs: { max: 1 }, domain: { values } },
  ],
  errors: [integersRejected({ min: 0 })],
};

/** Cases of `Min` and `Max`. */
export const extremumCases: readonly AnyOpCases[] = [
  binaryCases(minimumOp, Math.min),
  binaryCases(maximumOp, Math.max),
];
