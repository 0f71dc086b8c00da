// SPDX-License-Identifier: Apache-2.0
// A primitive of one's own for the search: the mean of both poolings. The list is the whole search space.
import { add, avgPool2d, BatchNorm, maxPool2d, mul } from "@semlink/engine";
import { knownPrimitives } from "@semlink/system";

/** @typedef {import("@semlink/system").PrimitiveOptions} PrimitiveOptions */

/** `(avg(x) + max(x)) / 2` over 3x3 windows: [batch, channels, h, w] → [batch, channels, h / stride, w / stride]. */
class MixedPool {
  /** @param {PrimitiveOptions} options */
  constructor({ channels, stride, norm }) {
    this.window = { kernelSize: 3, stride, padding: 1 };
    this.norm = norm.afterPool ? new BatchNorm({ numFeatures: channels, affine: norm.affine }) : null;
  }

  /**
   * @param {import("@semlink/engine").Build} build
   * @param {import("@semlink/system").EdgeInput} input
   */
  forward(build, { raw }) {
    const pooled = mul(add(avgPool2d(raw, this.window), maxPool2d(raw, this.window)), 0.5);
    return this.norm ? build.apply(this.norm, pooled) : pooled;
  }
}

/** @type {import("@semlink/system").Primitive} */
const mixedPool = {
  name: "mixed_pool_3x3",
  create: (options) => new MixedPool(options),
  cost: () => ({ macs: 0, params: 0 }), // nothing to multiply, nothing to train
};

const USED = ["none", "skip_connect", "conv_3x3"];

export const primitives = [...knownPrimitives.filter(({ name }) => USED.includes(name)), mixedPool];
