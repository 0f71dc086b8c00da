// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import { convNormCost } from "./conv-norm.ts";
import { FactorizedReduce } from "./factorized-reduce.ts";
import type { EdgeInput, Primitive } from "./primitive.ts";
import { FREE } from "./primitive.ts";

class Reduction implements Layer<[input: EdgeInput]> {
  readonly reduce: FactorizedReduce;

  constructor(reduce: FactorizedReduce) {
    this.reduce = reduce;
  }

  forward(build: Build, { rectified }: EdgeInput): Tensor {
    return build.apply(this.reduce, rectified);
  }
}

/** `y = x`; with stride 2 a factorized reduction of `relu(x)`. */
export const skipConnect: Primitive = {
  name: "skip_connect",
  create: ({ channels, stride, norm }) =>
    stride === 1
      ? { forward: (_build, { raw }): Tensor => raw }
      : new Reduction(new FactorizedReduce({ inChannels: channels, outChannels: channels, norm })),
  cost: ({ channels, stride, outHeight, outWidth }) =>
    stride === 1
      ? FREE
      : convNormCost({ inChannels: channels, outChannels: channels, kernelSize: 1 }, outHeight * outWidth),
};
