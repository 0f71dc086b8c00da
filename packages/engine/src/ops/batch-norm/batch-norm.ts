// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../../errors.ts";
import { formatShape, productOf } from "../../graph/dim.ts";
import { placeOf } from "../../graph/scope.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { add, mul } from "../arithmetic.ts";
import { normalizeBatchOp } from "./normalize-batch.ts";
import { channelsOf, checkChannelVector, reducedAxes } from "./channels.ts";
import { channelConstant, normalizeChannelsOp } from "./normalize-channels.ts";

/** How {@link batchNorm} normalises. */
export interface BatchNormOptions {
  /** True: with the statistics of the batch, updating the running ones. False: with the running statistics. */
  readonly training: boolean;
  /** Added to the variance, 1e-5 if left out. */
  readonly epsilon?: number;
  /** Share of the old running statistics that is kept, 0.9 if left out. */
  readonly momentum?: number;
}

/** The normalised values, what they were normalised with, and the running statistics for the next step. */
export interface BatchNormResult {
  readonly y: Tensor;
  /** [channels] of the batch in training, the running ones otherwise */
  readonly mean: Tensor;
  /** [channels] */
  readonly variance: Tensor;
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;
}

/**
 * Batch normalisation, for each channel over the batch and all positions:
 * `y = weight · (x − μ) / √(σ² + epsilon) + bias`, and in training
 * `runningMean' = momentum · runningMean + (1 − momentum) · μ`,
 * `runningVar' = momentum · runningVar + (1 − momentum) · σ²`.
 *
 * @param x - [batch, channels] or [batch, channels, height, width]
 * @param weight - [channels], or null for ones
 * @param bias - [channels], or null for zeros
 * @param runningMean - [channels]
 * @param runningVar - [channels]
 * @throws ShapeError `rank`, `dtype`, `symbolic-size`, `channel-vector`, `single-value` when a channel of the batch
 * has one value and so no variance
 * @source Ioffe and Szegedy 2015, algorithms 1 and 2
 * @differs momentum is the share kept, the complement of PyTorch's; the running variance is the biased σ², without the
 * factor n / (n − 1), so that it is what the batch was normalised with.
 */
export function batchNorm(
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  runningMean: Tensor,
  runningVar: Tensor,
  { training, epsilon = 1e-5, momentum = 0.9 }: BatchNormOptions,
): BatchNormResult {
  const channels = channelsOf("batchNorm", x);
  checkChannelVector("batchNorm", "a running mean", runningMean, channels);
  checkChannelVector("batchNorm", "a running variance", runningVar, channels);
  const scale = weight ?? channelConstant(channels, 1);
  const shift = bias ?? channelConstant(channels, 0);
  if (!training) {
    const y = normalizeChannelsOp.call([x, scale, shift, runningMean, runningVar], { epsilon });
    return { y, mean: runningMean, variance: runningVar, runningMean, runningVar };
  }
  checkHasVariance(x);
  const [y, mean, variance] = normalizeBatchOp.apply([x, scale, shift], { epsilon });
  const blend = (old: Tensor, batch: Tensor): Tensor => add(mul(old, momentum), mul(batch, 1 - momentum));
  return {
    y: y!,
    mean: mean!,
    variance: variance!,
    runningMean: blend(runningMean, mean!),
    runningVar: blend(runningVar, variance!),
  };
}

function checkHasVariance(x: Tensor): void {
  const axes = reducedAxes(x);
  if (productOf(axes.map((axis) => x.shape[axis]!)) !== 1) return;
  throw new ShapeError({
    code: "single-value",
    where: placeOf("batchNorm"),
    expected: "more than one value for each channel in training",
    actual: formatShape(x.shape),
    hint: "use a larger batch, or training: false",
  });
}
