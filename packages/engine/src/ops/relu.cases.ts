// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../testing/op-cases.ts";
import { pointwiseCases } from "./pointwise.cases.ts";
import type { NoAttributes } from "./pointwise.ts";
import { reluOp } from "./relu.ts";

/** Cases of `Relu`. */
export const reluCases: OpCases<NoAttributes> = pointwiseCases(reluOp, (x) => Math.max(x, 0), {
  awayFromZero: 0.1,
});
