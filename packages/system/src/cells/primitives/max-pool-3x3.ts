// SPDX-License-Identifier: Apache-2.0
import { maxPool2d } from "@semlink/engine";
import { PooledNorm } from "./pooled-norm.ts";
import type { Primitive } from "./primitive.ts";
import { FREE } from "./primitive.ts";

/** The maximum of each 3x3 window. */
export const maxPool3x3: Primitive = {
  name: "max_pool_3x3",
  create: (options) => new PooledNorm(maxPool2d, options),
  cost: () => FREE,
};
