// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { add, mul, stopGradient, straightThrough, sum } from "@semlink/engine";

/**
 * The value of a scalar with gradients of one's own choice: by each of the leaves the one given, by all others zero.
 *
 * @param value - []
 * @param leaves - parameters or inputs
 * @param slopes - one for each leaf, of its shape
 */
export function withGradients(value: Tensor, leaves: readonly Tensor[], slopes: readonly Tensor[]): Tensor {
  const products = leaves.map((leaf, index) => sum(mul(leaf, stopGradient(slopes[index]!))));
  return straightThrough(
    value,
    products.reduce((total, product) => add(total, product)),
  );
}
