// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../../graph/define-op.ts";
import { defineOp } from "../../graph/define-op.ts";
import type { TensorType } from "../../graph/tensor.ts";
import { float } from "../../onnx/emitter.ts";
import { add, div, mul } from "../arithmetic.ts";
import {
  blockedChannelMeans,
  blockedChannelProductMeans,
  blockedScaleAndAdd,
  blockedScaleAndShift,
} from "../conv/blocked-kernels.ts";
import { fromBlocked, toBlocked } from "../conv/blocked-layout.ts";
import { reshaped } from "../conv/grid.ts";
import { broadcastTypes } from "../infer.ts";
import type { NoAttributes } from "../pointwise.ts";
import { sizeOf, sum } from "../reduce.ts";
import {
  blockedSizes,
  channelsOf,
  channelVector,
  checkChannelVector,
  perChannel,
  reducedAxes,
} from "./channels.ts";

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

/**
 * `z = p u + q x + r` with one number of p, q and r for each channel: inputs u, x, p, q, r. This is the shape of the
 * gradient of batch normalisation.
 */
export const channelCombinationOp: Op<NoAttributes> = defineOp({
  name: "ChannelCombination",

  infer([u, x, ...vectors]) {
    const { shape, dtype } = broadcastTypes("channelCombination", u!, x!);
    const channels = channelsOf("channelCombination", { shape, dtype });
    for (const vector of vectors) checkChannelVector("channelCombination", "a coefficient", vector, channels);
    return [{ shape, dtype }];
  },

  vjp({ inputs: [u, x, p, q], grad }) {
    const axes = reducedAxes(x!);
    const [dp, dq] = [sum(mul(grad, u!), { axes }), sum(mul(grad, x!), { axes })];
    return [mul(grad, perChannel(p!, x!)), mul(grad, perChannel(q!, x!)), dp, dq, sum(grad, { axes })];
  },

  emit(onnx, [u, x, p, q, r], { inputs: [, type] }) {
    const sizes = blockedSizes(onnx, x!, type!);
    if (sizes) {
      const [, channels, height, width] = sizes;
      const line = blockedScaleAndShift(onnx, toBlocked(onnx, x!), q!, r!, channels);
      const z = blockedScaleAndAdd(onnx, toBlocked(onnx, u!), p!, line, channels);
      return fromBlocked(onnx, z, [channels, height, width]);
    }
    const [, channels, ...positions] = type!.shape as readonly number[];
    const [zeros, ones] = [channelVector(onnx, channels!, 0), channelVector(onnx, channels!, 1)];
    // Normalising with mean 0 and variance 1 is a line in one pass.
    const line = onnx.node("BatchNormalization", [x!, q!, r!, zeros, ones], { epsilon: float(0) });
    const factors = reshaped(onnx, p!, [channels!, ...positions.map(() => 1)]);
    return onnx.node("Add", [onnx.node("Mul", [u!, factors]), line]);
  },
});
