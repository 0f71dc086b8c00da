// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../../testing/op-cases.ts";
import { opCases } from "../../testing/op-cases.ts";
import { channelAt, normalized } from "./normalize-channels.cases.ts";
import { normalizeBatchOp } from "./normalize-batch.ts";
import type { EpsilonAttribute } from "./normalize-channels.ts";

const defaults: EpsilonAttribute = { epsilon: 1e-5 };

export const normalizeBatchCases: OpCases<EpsilonAttribute> = opCases<EpsilonAttribute>({
  op: normalizeBatchOp,
  reference([x, weight, bias], attrs) {
    const { shape, data } = x!;
    const channels = shape[1]!;
    const channel = channelAt(shape);
    const n = data.length / channels;
    const [mean, variance] = [new Float64Array(channels), new Float64Array(channels)];
    data.forEach((value, index) => (mean[channel(index)]! += value / n));
    data.forEach((value, index) => (variance[channel(index)]! += (value - mean[channel(index)]!) ** 2 / n));
    const y = normalized(x!, [weight!.data, bias!.data, mean, variance], attrs);
    return [y, { shape: [channels], data: mean }, { shape: [channels], data: variance }];
  },
  samples: [
    { name: "images", shapes: [[4, 3, 3, 2], [3], [3]], attrs: defaults },
    { name: "vectors", shapes: [[6, 3], [3], [3]], attrs: defaults },
    { name: "one channel", shapes: [[3, 1, 2, 2], [1], [1]], attrs: { epsilon: 1e-3 } },
    {
      name: "a mean of several deviations",
      shapes: [[4, 2, 4, 4], [2], [2]],
      attrs: defaults,
      domain: [{ range: [2, 4] }],
    },
  ],
  errors: [
    {
      name: "bias for other channels",
      shapes: [[4, 3, 2, 2], [3], [2]],
      attrs: defaults,
      code: "channel-vector",
      message: /batchNorm: expected a bias of shape \[3\], got \[2\]/,
    },
    {
      name: "no channels axis",
      shapes: [[4], [4], [4]],
      attrs: defaults,
      code: "rank",
      message: /\[batch, channels\] or \[batch, channels, height, width\] with known channels, got \[4\]/,
    },
  ],
});
