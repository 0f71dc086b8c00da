// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../../graph/define-op.ts";
import { defineOp } from "../../graph/define-op.ts";
import type { Dim } from "../../graph/dim.ts";
import type { Siblings, Tensor, TensorType } from "../../graph/tensor.ts";
import type { Emitter, Value } from "../../onnx/emitter.ts";
import { float } from "../../onnx/emitter.ts";
import { add, div, mul, neg, sub } from "../arithmetic.ts";
import type { BlockedSizes } from "../conv/blocked-kernels.ts";
import {
  blockedChannelMeans,
  blockedChannelProductMeans,
  blockedScaleAndShift,
} from "../conv/blocked-kernels.ts";
import { fromBlocked, toBlocked } from "../conv/blocked-layout.ts";
import { reshaped } from "../conv/grid.ts";
import { joinedParams, concat } from "../concat.ts";
import { sqrt } from "../elementary.ts";
import { reshape } from "../layout.ts";
import { sizeOf } from "../reduce.ts";
import { blockedSizes, channelVector, channelsOf, checkChannelVector, reducedAxes } from "./channels.ts";
import { channelCombinationOp, channelMomentsOp } from "./channel-moments.ts";
import type { EpsilonAttribute } from "./normalize-channels.ts";
import { channelConstant } from "./normalize-channels.ts";

/**
 * Batch normalisation with the statistics of the batch: inputs x, weight, bias; outputs y, mean [channels] and
 * biased variance [channels].
 */
export const normalizeBatchOp: Op<EpsilonAttribute> = defineOp({
  name: "NormalizeBatch",

  demands([x]) {
    const sizes = reducedAxes(x!).map((axis) => x!.shape[axis]!);
    const symbols = sizes.filter((size) => typeof size === "string");
    const known = sizes.reduce<number>(
      (product, size) => (typeof size === "number" ? product * size : product),
      1,
    );
    const [symbol] = symbols;
    if (known !== 1 || symbols.length !== 1 || symbol === undefined) return [];
    const hint = "a single value has no variance: use a larger batch, or training: false";
    return [{ kind: "size", symbol, least: 2, code: "single-value", hint }];
  },

  infer([x, weight, bias]) {
    const channels = channelsOf("batchNorm", x!);
    checkChannelVector("batchNorm", "a weight", weight!, channels);
    checkChannelVector("batchNorm", "a bias", bias!, channels);
    const vector: TensorType = { shape: [channels], dtype: "float32" };
    return [{ shape: x!.shape, dtype: x!.dtype }, vector, vector];
  },

  vjp: ({ inputs: [x, weight], outputs, grads, attrs }) =>
    statisticsGradient(x!, weight!, outputs, grads, attrs.epsilon),

  emit(onnx, [x, weight, bias], { inputs: [type], attrs: { epsilon } }) {
    const operands = [x!, weight!, bias!] as const;
    const sizes = blockedSizes(onnx, x!, type!);
    if (sizes) return inBlocks(onnx, operands, sizes, epsilon);
    // On [batch, channels] the native operator visits one number at a time.
    return onnx.kernels.trainingBatchNorm && type!.shape.length > 2
      ? nativeNode(onnx, operands, type!, epsilon)
      : writtenOut(onnx, operands, type!, epsilon);
  },

  scaledInputs: ([x, weight, bias], factor) => [
    x!,
    mul(weight!, factor),
    isZero(bias!) ? bias! : mul(bias!, factor),
  ],
  join: { numMaps: 1, apply: joinedNorms },
});

function joinedNorms({ maps, reads, params }: Siblings, attrs: EpsilonAttribute): readonly Tensor[] {
  const [weight, bias] = joinedParams(params) as [Tensor, Tensor];
  if (reads === "own channels") return normalizeBatchOp.apply([...maps, weight, bias], attrs);
  // Normalised once, then a weight and bias for each of them.
  const [x] = maps as [Tensor];
  const [batch, channels, ...area] = x.shape as [Dim, number, ...Dim[]];
  const [alone, mean, variance] = normalizeBatchOp.apply(
    [x, channelConstant(channels, 1), channelConstant(channels, 0)],
    attrs,
  );
  const numSiblings = params.length;
  const rows = [numSiblings, channels, ...area.map(() => 1)];
  const scaled = mul(reshape(alone!, [batch, 1, channels, ...area]), reshape(weight, rows));
  const shifted = isZero(bias) ? scaled : add(scaled, reshape(bias, rows));
  const repeated = (vector: Tensor): Tensor =>
    concat(
      params.map(() => vector),
      { axis: 0 },
    );
  return [reshape(shifted, [batch, numSiblings * channels, ...area]), repeated(mean!), repeated(variance!)];
}

function isZero({ node }: Tensor): boolean {
  return node.kind === "constant" && node.data.every((value) => value === 0);
}

/**
 * With `s = √(variance + epsilon)`, `xHat = (x − mean) / s` and means over the batch:
 * `dx = (weight / s) (dy − mean(dy) − xHat mean(dy xHat)) + dMean / n + 2 dVariance (x − mean) / n`.
 *
 * Sorted by powers of x this is `p dy + q x + r` with one number each for a channel, so x is read once for the means
 * and once for the result.
 */
function statisticsGradient(
  x: Tensor,
  weight: Tensor,
  [y, batchMean, variance]: readonly Tensor[],
  [dy, dMean, dVariance]: readonly (Tensor | null)[],
  epsilon: number,
): readonly (Tensor | null)[] {
  const n = sizeOf(x, reducedAxes(x));
  const upstream = dy ?? mul(y!, 0);
  const s = sqrt(add(variance!, epsilon));
  const p = div(weight, s);
  const [meanGrad, meanGradX] = channelMomentsOp.apply([upstream, x], {}) as [Tensor, Tensor];
  const meanGradXHat = div(sub(meanGradX, mul(batchMean!, meanGrad)), s);
  const descent = mul(p, div(meanGradXHat, s));
  const minusQ = dVariance ? sub(descent, mul(div(dVariance, n), 2)) : descent;
  const offset = sub(mul(minusQ, batchMean!), mul(p, meanGrad));
  const r = dMean ? add(offset, div(dMean, n)) : offset;
  const dx = channelCombinationOp.call([upstream, x, p, neg(minusQ), r], {});
  return [dx, mul(meanGradXHat, n), mul(meanGrad, n)];
}

type Operands = readonly [x: Value, weight: Value, bias: Value];

/** Behind a blocked convolution: centred values, their squares by depthwise convolution, and a line for each channel. */
function inBlocks(
  onnx: Emitter,
  [x, weight, bias]: Operands,
  sizes: BlockedSizes,
  epsilon: number,
): readonly Value[] {
  const [, channels, height, width] = sizes;
  const blocked = toBlocked(onnx, x);
  const batchMean = blockedChannelMeans(onnx, blocked);
  const ones = channelVector(onnx, channels, 1);
  const centred = blockedScaleAndShift(onnx, blocked, ones, onnx.node("Neg", [batchMean]), channels);
  const variance = blockedChannelProductMeans(onnx, centred, centred, sizes);
  const deviation = onnx.node("Sqrt", [onnx.node("Add", [variance, onnx.scalar(epsilon)])]);
  const y = blockedScaleAndShift(onnx, centred, onnx.node("Div", [weight, deviation]), bias, channels);
  return [fromBlocked(onnx, y, [channels, height, width]), batchMean, variance];
}

/**
 * ONNX Runtime's training kernel. With momentum 0 its running statistics are those of the batch.
 *
 * The kernel writes them over its last two inputs, whatever else reads those. So it is given two tensors of its own,
 * made from x: constants could be shared with the rest of the graph, and tensors made from the true running
 * statistics with another application of the same layer, whose result would be overwritten.
 */
function nativeNode(
  onnx: Emitter,
  [x, weight, bias]: Operands,
  { shape }: TensorType,
  epsilon: number,
): readonly Value[] {
  const kept = reducedAxes({ shape });
  const firstOfAll = [kept.map(() => 0), kept.map(() => 1), kept].map((list) => onnx.ints(list));
  const first = reshaped(onnx, onnx.node("Slice", [x, ...firstOfAll]), [shape[1] as number]);
  const second = onnx.node("Abs", [first]);
  return onnx.multiNode(
    "BatchNormalization",
    [x, weight, bias, first, second],
    { training_mode: 1, momentum: float(0), epsilon: float(epsilon) },
    { outputs: 3 },
  );
}

/** The same in operators that every runtime has. */
function writtenOut(
  onnx: Emitter,
  [x, weight, bias]: Operands,
  { shape }: TensorType,
  epsilon: number,
): readonly Value[] {
  const axes = onnx.ints(reducedAxes({ shape }));
  const keptMean = onnx.node("ReduceMean", [x, axes], { keepdims: 1 });
  const centred = onnx.node("Sub", [x, keptMean]);
  const variance = onnx.node("ReduceMean", [onnx.node("Mul", [centred, centred]), axes], { keepdims: 0 });
  const batchMean = reshaped(onnx, keptMean, [shape[1] as number]);
  const operands = [x, weight, bias, batchMean, variance];
  return [onnx.node("BatchNormalization", operands, { epsilon: float(epsilon) }), batchMean, variance];
}
