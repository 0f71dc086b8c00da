// SPDX-License-Identifier: Apache-2.0
import type { AnyOpCases } from "../testing/op-cases.ts";
import { binaryCases } from "./broadcast.cases.ts";
import { maximumOp, minimumOp } from "./extremum.ts";

/** Cases of `Min` and `Max`. */
export const extremumCases: readonly AnyOpCases[] = [
  binaryCases(minimumOp, Math.min),
  binaryCases(maximumOp, Math.max),
];
