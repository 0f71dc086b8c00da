// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import { normalizeAxis } from "../graph/dim.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import { checkDType } from "./infer.ts";

const NAME = "CumSum";

/** Which elements {@link cumulativeSum} adds. */
export interface CumulativeSumOptions {
  /** The last if left out. */
  readonly axis?: number;
  /** Leaves out the element itself. */
  readonly exclusive?: boolean;
  /** Adds the elements behind instead of those before. */
  readonly reverse?: boolean;
}

/** Operator of {@link cumulativeSum}; `axis` counted from the front. */
export const cumulativeSumOp: Op<Required<CumulativeSumOptions>> = defineOp({
  name: NAME,
  infer([x], { axis }) {
    checkDType(NAME, x!, ["float32"]);
    normalizeAxis(placeOf(NAME), axis, x!.shape.length);
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  // x_i is in the sums of all places behind it, so its gradient is the sum taken from the other end.
  vjp: ({ grad, attrs }) => [cumulativeSumOp.call([grad], { ...attrs, reverse: !attrs.reverse })],
  emit: (onnx, [x], { attrs: { axis, exclusive, reverse } }) =>
    onnx.node(NAME, [x!, onnx.constant("int64", [], [axis])], {
      exclusive: exclusive ? 1 : 0,
      reverse: reverse ? 1 : 0,
    }),
});

/**
 * Running sum along `axis`, the shape of `x`: `y_i = Σ_{j ≤ i} x_j`; `j < i` when `exclusive`, `j ≥ i` when `reverse`,
 * `j > i` when both.
 *
 * @throws ShapeError `axis-out-of-range`, `dtype`
 */
export function cumulativeSum(
  x: Tensor,
  { axis = -1, exclusive = false, reverse = false }: CumulativeSumOptions = {},
): Tensor {
  return cumulativeSumOp.call([x], {
    axis: normalizeAxis(placeOf(NAME), axis, x.shape.length),
    exclusive,
    reverse,
  });
}
