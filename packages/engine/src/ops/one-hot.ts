// SPDX-License-Identifier: Apache-2.0
import { constant } from "../graph/leaves.ts";
import type { Tensor } from "../graph/tensor.ts";
import { cast } from "./cast.ts";
import { equal } from "./compare.ts";
import { checkDType } from "./infer.ts";
import { reshape } from "./reshape.ts";
import { where } from "./where.ts";

/** Size and values of {@link oneHot}. */
export interface OneHotOptions {
  readonly numClasses: number;
  /** Value at the label, 1 if left out. */
  readonly on?: number;
  /** Value elsewhere, 0 if left out. */
  readonly off?: number;
}

/**
 * Labels as vectors: `y[..., c] = c = label ? on : off`, `[...] → [..., numClasses]`.
 *
 * @param labels - int32 or int64
 * @throws ShapeError `dtype` when labels are not integers
 */
export function oneHot(labels: Tensor, { numClasses, on = 1, off = 0 }: OneHotOptions): Tensor {
  checkDType("oneHot", labels, ["int32", "int64"]);
  const classes = constant(
    Array.from({ length: numClasses }, (_, index) => index),
    [numClasses],
    labels.dtype,
  );
  const isLabel = equal(reshape(labels, [...labels.shape, 1]), classes);
  return on === 1 && off === 0 ? cast(isLabel, "float32") : where(isLabel, on, off);
}
