// SPDX-License-Identifier: Apache-2.0
import type { AnyOpCases } from "../testing/op-cases.ts";
import { expOp, logOp } from "./exponential.ts";
import { pointwiseCases } from "./pointwise.cases.ts";

/** Cases of `Exp` and `Log`. */
export const exponentialCases: readonly AnyOpCases[] = [
  pointwiseCases(expOp, Math.exp),
  pointwiseCases(logOp, Math.log, { range: [0.2, 3] }),
];
