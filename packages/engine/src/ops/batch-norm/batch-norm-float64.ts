// SPDX-License-Identifier: Apache-2.0
import type { Float64Tensor } from "../../testing/op-cases.ts";
import type { EpsilonAttribute } from "./normalize-channels.ts";

/** Index of the channel of each element of `[batch, channels, ...]`. */
export function channelAt([, channels, ...rest]: readonly number[]): (index: number) => number {
  const numPositions = rest.reduce((product, size) => product * size, 1);
  return (index) => Math.floor(index / numPositions) % channels!;
}

/** `weight · (x − mean) / √(variance + epsilon) + bias` for each channel. */
export function normalized(
  { shape, data }: Float64Tensor,
  [weight, bias, mean, variance]: readonly Float64Array[],
  { epsilon }: EpsilonAttribute,
): Float64Tensor {
  const channel = channelAt(shape);
  const y = data.map((value, index) => {
    const c = channel(index);
    return (weight![c]! * (value - mean![c]!)) / Math.sqrt(variance![c]! + epsilon) + bias![c]!;
  });
  return { shape, data: y };
}
