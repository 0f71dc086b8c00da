// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../testing/op-cases.ts";
import { stopGradientOp } from "./stop-gradient.ts";
import type { NoAttributes } from "./pointwise.ts";

/** Cases of `StopGradient`. */
export const stopGradientCases: OpCases<NoAttributes> = {
  op: stopGradientOp,
  reference: ([x]) => [x!],
  samples: [{ name: "hands its input through", shapes: [[2, 3]], attrs: {} }],
  errors: [],
};
