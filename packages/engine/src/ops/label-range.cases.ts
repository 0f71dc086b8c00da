// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../testing/op-cases.ts";
import { type LabelRangeAttributes, labelRangeOp } from "./label-range.ts";

/** Cases of `LabelRange`. */
export const labelRangeCases: OpCases<LabelRangeAttributes> = {
  op: labelRangeOp,
  reference: ([x]) => [x!],
  samples: [{ name: "hands its input through", shapes: [[2, 3]], attrs: { numClasses: 4 } }],
  errors: [],
};
