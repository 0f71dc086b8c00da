// SPDX-License-Identifier: Apache-2.0
import { avgPool2d } from "@semlink/engine";
import { PooledNorm } from "./pooled-norm.ts";
import type { Primitive } from "./primitive.ts";
import { FREE } from "./primitive.ts";

/** The mean of each 3x3 window; padding is not counted. */
export const avgPool3x3: Primitive = {
  name: "avg_pool_3x3",
  create: (options) => new PooledNorm(avgPool2d, options),
  cost: () => FREE,
};
