// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { mul } from "./arithmetic.ts";
import { cast } from "./cast.ts";
import { equal } from "./compare.ts";
import { pointwise } from "./pointwise.ts";

/** Bounds of {@link clip}; a side left out is not bounded. */
export interface ClipOptions {
  readonly min?: number;
  readonly max?: number;
}

/** Operator of {@link clip}. */
export const clipOp: Op<ClipOptions> = pointwise<ClipOptions>(
  "Clip",
  // A value on a bound counts as inside, as in PyTorch.
  ({ inputs: [x], outputs: [y], grad }) => mul(grad, cast(equal(x!, y!), "float32")),
  (onnx, [x], { attrs: { min, max } }) =>
    onnx.node("Clip", [
      x!,
      min === undefined ? null : onnx.scalar(min),
      max === undefined ? null : onnx.scalar(max),
    ]),
);

/** `y = min(max(x, min), max)` elementwise. The gradient is that of `x` where `x` is not changed, else zero. */
export function clip(x: Tensor, bounds: ClipOptions): Tensor {
  return clipOp.call([x], bounds);
}
