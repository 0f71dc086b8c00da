// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../../testing/op-cases.ts";
import { opCases } from "../../testing/op-cases.ts";
import { normalized } from "./batch-norm-float64.ts";
import type { EpsilonAttribute } from "./normalize-channels.ts";
import { normalizeChannelsOp } from "./normalize-channels.ts";

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
