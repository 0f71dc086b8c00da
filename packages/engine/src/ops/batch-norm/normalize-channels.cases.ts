// SPDX-License-Identifier: Apache-2.0
import type { Float64Tensor, OpCases } from "../../testing/op-cases.ts";
import { opCases } from "../../testing/op-cases.ts";
import type { EpsilonAttribute } from "./normalize-channels.ts";
import { normalizeChannelsOp } from "./normalize-channels.ts";

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

const defaults: EpsilonAttribute = { epsilon: 1e-5 };

const positive = { range: [0.5, 2] } as const;

export const normalizeChannelsCases: OpCases<EpsilonAttribute> = opCases<EpsilonAttribute>({
  op: normalizeChannelsOp,
  reference: ([x, ...vectors], attrs) => {
    const values = vectors.map(({ data }) => data);
    return [normalized(x!, values, attrs)];
  },
  samples: [
    {
      name: "images",
      shapes: [[2, 3, 4, 2], [3], [3], [3], [3]],
      attrs: defaults,
      domain: [undefined, undefined, undefined, undefined, positive],
    },
    {
      name: "vectors, large epsilon",
      shapes: [[4, 3], [3], [3], [3], [3]],
      attrs: { epsilon: 0.1 },
      domain: [undefined, undefined, undefined, undefined, positive],
    },
  ],
  errors: [
    {
      name: "variance for other channels",
      shapes: [[2, 3, 4, 2], [3], [3], [3], [4]],
      attrs: defaults,
      code: "channel-vector",
      message: /batchNorm: expected a variance of shape \[3\], got \[4\]/,
    },
  ],
});
