// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { div, mul } from "./arithmetic.ts";
import type { NoAttributes } from "./pointwise.ts";
import { pointwise } from "./pointwise.ts";

/** Operator of {@link exp}. */
export const expOp: Op<NoAttributes> = pointwise("Exp", ({ outputs: [y], grad }) => mul(grad, y!));

/** Operator of {@link log}. */
export const logOp: Op<NoAttributes> = pointwise("Log", ({ inputs: [x], grad }) => div(grad, x!));

/** `y = exp(x)` elementwise. */
export function exp(x: Tensor): Tensor {
  return expOp.call([x], {});
}

/** Natural logarithm `y = ln(x)` elementwise. */
export function log(x: Tensor): Tensor {
  return logOp.call([x], {});
}
