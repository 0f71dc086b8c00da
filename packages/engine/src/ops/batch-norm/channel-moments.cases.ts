// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../../testing/op-cases.ts";
import { opCases } from "../../testing/op-cases.ts";
import type { NoAttributes } from "../pointwise.ts";
import { channelAt } from "./batch-norm-float64.ts";
import { channelMomentsOp } from "./channel-moments.ts";

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
