// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../../graph/define-op.ts";
import { defineOp } from "../../graph/define-op.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import type { Emitter, Value } from "../../onnx/emitter.ts";
import { float } from "../../onnx/emitter.ts";
import { add, div, mul, neg, sub } from "../arithmetic.ts";
import { sqrt } from "../power.ts";
import { mean } from "../reduce.ts";
import { sizeOf } from "../size-of.ts";
import { channelsOf, checkChannelVector, perChannel, reducedAxes } from "./channels.ts";
import type { EpsilonAttribute } from "./normalize-channels.ts";
import { scaleAndShiftChannels } from "./normalize-channels.ts";

/**
 * Batch normalisation with the statistics of the batch: inputs x, weight, bias; outputs y, mean [channels] and
 * biased variance [channels].
 */
export const normalizeBatchOp: Op<EpsilonAttribute> = defineOp({
  name: "NormalizeBatch",

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
    // On [batch, channels] the native operator visits one number at a time.
    return onnx.kernels.trainingBatchNorm && type!.shape.length > 2
      ? nativeNode(onnx, [x!, weight!, bias!], type!, epsilon)
      : writtenOut(onnx, [x!, weight!, bias!], type!, epsilon);
  },
});

/**
 * With `s = √(variance + epsilon)`, `xHat = (x − mean) / s` and means over the batch:
 * `dx = (weight / s) (dy − mean(dy) − xHat mean(dy xHat)) + dMean / n + 2 dVariance (x − mean) / n`.
 *
 * Sorted by powers of x this is `a dy + (b x + c)` with one number each for a channel, so x is read once for the
 * sums and once for the result.
 */
function statisticsGradient(
  x: Tensor,
  weight: Tensor,
  [, batchMean, variance]: readonly Tensor[],
  [dy, dMean, dVariance]: readonly (Tensor | null)[],
  epsilon: number,
): readonly (Tensor | null)[] {
  const axes = reducedAxes(x);
  const n = sizeOf(x, axes);
  let b: Tensor | null = dVariance ? mul(div(dVariance, n), 2) : null;
  let c: Tensor | null = dMean ? div(dMean, n) : null;
  if (!dy) return [affine(x, b, c, batchMean!), null, null];
  const s = sqrt(add(variance!, epsilon));
  const a = div(weight, s);
  const meanGrad = mean(dy, { axes });
  const meanGradXHat = div(sub(mean(mul(dy, x), { axes }), mul(batchMean!, meanGrad)), s);
  const slope = neg(mul(a, div(meanGradXHat, s)));
  const offset = neg(mul(a, meanGrad));
  b = b ? add(b, slope) : slope;
  c = c ? add(c, offset) : offset;
  const dx = add(mul(dy, perChannel(a, x)), affine(x, b, c, batchMean!));
  return [dx, mul(meanGradXHat, n), mul(meanGrad, n)];
}

/** `b (x − mean) + c`, null standing for zero. */
function affine(x: Tensor, b: Tensor | null, c: Tensor | null, batchMean: Tensor): Tensor {
  const slope = b ?? mul(batchMean, 0);
  const shift = c ? sub(c, mul(slope, batchMean)) : neg(mul(slope, batchMean));
  return scaleAndShiftChannels(x, slope, shift);
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
  [x, weight, bias]: readonly [Value, Value, Value],
  { shape }: TensorType,
  epsilon: number,
): readonly Value[] {
  const kept = shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  const ones = onnx.ints(kept.map(() => 1));
  const corner = onnx.node("Slice", [x, onnx.ints(kept.map(() => 0)), ones, onnx.ints(kept)]);
  const first = onnx.node("Reshape", [corner, onnx.ints([shape[1] as number])]);
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
  [x, weight, bias]: readonly [Value, Value, Value],
  { shape }: TensorType,
  epsilon: number,
): readonly Value[] {
  const axes = onnx.ints(shape.map((_, axis) => axis).filter((axis) => axis !== 1));
  const keptMean = onnx.node("ReduceMean", [x, axes], { keepdims: 1 });
  const centred = onnx.node("Sub", [x, keptMean]);
  const variance = onnx.node("ReduceMean", [onnx.node("Mul", [centred, centred]), axes], { keepdims: 0 });
  const batchMean = onnx.node("Reshape", [keptMean, onnx.ints([shape[1] as number])]);
  const y = onnx.node("BatchNormalization", [x, weight, bias, batchMean, variance], {
    epsilon: float(epsilon),
  });
  return [y, batchMean, variance];
}
