// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { add, concat, div, mean, mul, slice, sqrt, square } from "@semlink/engine";

// Far below the power of any real output; keeps an all-zero increment finite.
const TINY = 1e-12;

/**
 * Unit power for each image and each increment: with an increment of k symbols, `x ← x / √((1/k) Σ |x_i|²)`.
 *
 * The increments end at `lengths`, so every prefix of such a length has power exactly 1 and a symbol depends on no
 * symbol of a later increment.
 *
 * @param x - [batch, maxSymbols, 2] raw symbols
 * @param lengths - ends of the increments, increasing, the last one `maxSymbols`
 * @returns [batch, maxSymbols, 2]
 */
export function unitPowerPerIncrement(x: Tensor, lengths: readonly number[]): Tensor {
  const increments = lengths.map((end, index) => {
    const increment = slice(x, { axis: 1, start: index === 0 ? 0 : lengths[index - 1]!, end });
    // |x|² sums two real parts, so the mean over both axes is half the mean symbol power.
    const power = mul(mean(square(increment), { axes: [1, 2], keepDims: true }), 2);
    return div(increment, sqrt(add(power, TINY)));
  });
  return concat(increments, { axis: 1 });
}
