// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../../testing/op-cases.ts";
import { opCases } from "../../testing/op-cases.ts";
import type { NoAttributes } from "../pointwise.ts";
import { channelAt } from "./normalize-channels.cases.ts";
import { channelCombinationOp, channelMomentsOp } from "./channel-moments.ts";

export const channelMomentsCases: OpCases<NoAttributes> = opCases<NoAttributes>({
  op: channelMomentsOp,
  reference([a, x]) {
    const channels = a!.shape[1]!;
    const channel = channelAt(a!.shape);
    const n = a!.data.length / channels;
    const [means, products] = [new Float64Array(channels), new Float64Array(channels)];
    a!.data.forEach((value, index) => {
      means[channel(index)]! += value / n;
      products[channel(index)]! += (value * x!.data[index]!) / n;
    });
    return [means, products].map((data) => ({ shape: [channels], data }));
  },
  samples: [
    {
      name: "images",
      shapes: [
        [4, 3, 2, 3],
        [4, 3, 2, 3],
      ],
      attrs: {},
    },
    {
      name: "vectors",
      shapes: [
        [5, 3],
        [5, 3],
      ],
      attrs: {},
    },
  ],
  errors: [
    {
      name: "images of different sizes",
      shapes: [
        [4, 3, 2, 3],
        [4, 3, 3, 3],
      ],
      attrs: {},
      code: "broadcast",
      message: /channelMoments: .* got \[4, 3, 2, 3\] and \[4, 3, 3, 3\]/,
    },
  ],
});

export const channelCombinationCases: OpCases<NoAttributes> = opCases<NoAttributes>({
  op: channelCombinationOp,
  reference([u, x, p, q, r]) {
    const channel = channelAt(x!.shape);
    const data = x!.data.map((value, index) => {
      const c = channel(index);
      return p!.data[c]! * u!.data[index]! + q!.data[c]! * value + r!.data[c]!;
    });
    return [{ shape: x!.shape, data }];
  },
  samples: [
    { name: "images", shapes: [[2, 3, 2, 4], [2, 3, 2, 4], [3], [3], [3]], attrs: {} },
    { name: "vectors", shapes: [[4, 3], [4, 3], [3], [3], [3]], attrs: {} },
  ],
  errors: [
    {
      name: "coefficient for other channels",
      shapes: [[2, 3, 2, 4], [2, 3, 2, 4], [3], [2], [3]],
      attrs: {},
      code: "channel-vector",
      message: /channelCombination: expected a coefficient of shape \[3\], got \[2\]/,
    },
  ],
});
