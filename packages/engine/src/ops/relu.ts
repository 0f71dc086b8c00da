// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { mul } from "./arithmetic.ts";
import { cast } from "./cast.ts";
import type { NoAttributes } from "./pointwise.ts";
import { pointwise } from "./pointwise.ts";

/** Operator of {@link relu}. */
// y is zero where x is not positive, so two casts make the mask; a comparison or Sign is slower.
export const reluOp: Op<NoAttributes> = pointwise("Relu", ({ outputs: [y], grad }) =>
  mul(grad, cast(cast(y!, "bool"), "float32")),
);

/** `y = max(x, 0)` elementwise; the gradient at zero is zero. */
export function relu(x: Tensor): Tensor {
  return reluOp.call([x], {});
}
