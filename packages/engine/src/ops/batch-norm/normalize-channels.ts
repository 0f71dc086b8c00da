// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../../graph/define-op.ts";
import { defineOp } from "../../graph/define-op.ts";
import { constant } from "../../graph/leaves.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { float } from "../../onnx/emitter.ts";
import { add, div, mul, neg, sub } from "../arithmetic.ts";
import { sqrt } from "../elementary.ts";
import { sum } from "../reduce.ts";
import { channelsOf, checkChannelVector, perChannel, reducedAxes } from "./channels.ts";

/** What is added to a variance before its root is taken. */
export interface EpsilonAttribute {
  readonly epsilon: number;
}

/**
 * Normalisation with given statistics, `y = weight · (x − mean) / √(variance + epsilon) + bias` for each channel:
 * inputs x, weight, bias, mean, variance. One pass over x.
 */
export const normalizeChannelsOp: Op<EpsilonAttribute> = defineOp({
  name: "NormalizeChannels",

  infer([x, weight, bias, mean, variance]) {
    const channels = channelsOf("batchNorm", x!);
    checkChannelVector("batchNorm", "a weight", weight!, channels);
    checkChannelVector("batchNorm", "a bias", bias!, channels);
    checkChannelVector("batchNorm", "a mean", mean!, channels);
    checkChannelVector("batchNorm", "a variance", variance!, channels);
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },

  // With a = weight / s and s = √(variance + epsilon), y = a (x − mean) + bias
  vjp({ inputs: [x, weight, , mean, variance], grad, attrs: { epsilon } }) {
    const axes = reducedAxes(x!);
    const s = sqrt(add(variance!, epsilon));
    const a = div(weight!, s);
    const sumGrad = sum(grad, { axes });
    const dWeight = div(sub(sum(mul(grad, x!), { axes }), mul(mean!, sumGrad)), s);
    const dVariance = div(mul(mul(dWeight, weight!), -0.5), add(variance!, epsilon));
    return [mul(grad, perChannel(a, x!)), dWeight, sumGrad, neg(mul(a, sumGrad)), dVariance];
  },

  emit: (onnx, inputs, { attrs: { epsilon } }) =>
    onnx.node("BatchNormalization", inputs, { epsilon: float(epsilon) }),
});

/** The same number for each channel. */
export function channelConstant(channels: number, value: number): Tensor {
  return constant(new Array<number>(channels).fill(value));
}
