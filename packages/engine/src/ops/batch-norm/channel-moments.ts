// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../../graph/define-op.ts";
import { defineOp } from "../../graph/define-op.ts";
import type { TensorType } from "../../graph/tensor.ts";
import { add, div, mul } from "../arithmetic.ts";
import { blockedChannelMeans, blockedChannelProductMeans } from "../conv/blocked-kernels.ts";
import { toBlocked } from "../conv/blocked-layout.ts";
import { broadcastTypes } from "../infer.ts";
import type { NoAttributes } from "../pointwise.ts";
import { sizeOf } from "../size-of.ts";
import { blockedSizes } from "./blocked-image.ts";
import { channelsOf, perChannel, reducedAxes } from "./channels.ts";

/** Means of each channel over batch and positions: inputs a, x of one shape; outputs `mean(a)`, `mean(a x)`. */
export const channelMomentsOp: Op<NoAttributes> = defineOp({
  name: "ChannelMoments",

  infer([a, x]) {
    const { shape } = broadcastTypes("channelMoments", a!, x!);
    const vector: TensorType = {
      shape: [channelsOf("channelMoments", { shape, dtype: "float32" })],
      dtype: "float32",
    };
    return [vector, vector];
  },

  // da = (dMean + dProduct x) / n,  dx = dProduct a / n
  vjp({ inputs: [a, x], grads: [dMean, dProduct] }) {
    const n = sizeOf(x!, reducedAxes(x!));
    const perMean = dMean && perChannel(div(dMean, n), x!);
    const perProduct = dProduct && perChannel(div(dProduct, n), x!);
    const zero = mul(a!, 0);
    const ofProduct = perProduct ? mul(x!, perProduct) : zero;
    return [perMean ? add(ofProduct, perMean) : ofProduct, perProduct ? mul(a!, perProduct) : null];
  },

  emit(onnx, [a, x], { inputs: [, type] }) {
    const sizes = blockedSizes(onnx, x!, type!);
    if (sizes) {
      const blockedA = toBlocked(onnx, a!);
      const products = blockedChannelProductMeans(onnx, blockedA, toBlocked(onnx, x!), sizes);
      return [blockedChannelMeans(onnx, blockedA), products];
    }
    const axes = onnx.ints(reducedAxes(type!));
    return [a!, onnx.node("Mul", [a!, x!])].map((value) =>
      onnx.node("ReduceMean", [value, axes], { keepdims: 0 }),
    );
  },
});
