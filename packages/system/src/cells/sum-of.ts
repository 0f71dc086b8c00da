// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { add } from "@semlink/engine";

/** Sum of one or more tensors of one shape. */
export function sumOf(tensors: readonly Tensor[]): Tensor {
  return tensors.reduce((total, tensor) => add(total, tensor));
}
