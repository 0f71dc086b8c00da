// SPDX-License-Identifier: Apache-2.0
import type { AnyOpCases } from "../testing/op-cases.ts";
import { pointwiseCases } from "./pointwise.cases.ts";
import { cosOp, sinOp, tanhOp } from "./trigonometric.ts";

/** Cases of `Sin`, `Cos` and `Tanh`. */
export const trigonometricCases: readonly AnyOpCases[] = [
  pointwiseCases(sinOp, Math.sin),
  pointwiseCases(cosOp, Math.cos),
  pointwiseCases(tanhOp, Math.tanh, {}, [
    { name: "is flat far out", shapes: [[4]], attrs: {}, domain: { values: [-40, -9, 9, 40] } },
  ]),
];
