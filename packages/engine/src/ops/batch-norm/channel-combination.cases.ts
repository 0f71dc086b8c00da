// SPDX-License-Identifier: Apache-2.0
import type { OpCases } from "../../testing/op-cases.ts";
import { opCases } from "../../testing/op-cases.ts";
import type { NoAttributes } from "../pointwise.ts";
import { channelAt } from "./batch-norm-float64.ts";
import { channelCombinationOp } from "./channel-combination.ts";

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
