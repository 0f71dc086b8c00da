// SPDX-License-Identifier: Apache-2.0
import type { AnyOpCases } from "../testing/op-cases.ts";
import { absOp, signOp } from "./absolute.ts";
import { pointwiseCases } from "./pointwise.cases.ts";

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
