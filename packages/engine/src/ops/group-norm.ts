// SPDX-License-Identifier: Apache-2.0
import { divideDims } from "../graph/dim.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { checkRank } from "./infer.ts";
import { layerNorm } from "./layer-norm.ts";
import { reshape } from "./reshape.ts";

/** Groups and guard of {@link groupNorm}. */
export interface GroupNormOptions {
  /** Divides the number of channels. One group for each channel is instance normalisation. */
  readonly numGroups: number;
  readonly epsilon?: number;
}

/**
 * Group normalisation: `y = (x − mean) / √(variance + ε) · weight + bias`, mean and variance over the channels of a
 * group and all places of one item; the variance is the mean of squares. An item's result depends on that item alone.
 *
 * @param x - [batch, channels, ...]; only the batch may be symbolic
 * @param weight - [channels]; ones when null
 * @param bias - [channels]; zeros when null
 * @returns the shape of `x`
 * @throws ShapeError `indivisible-size` unless the groups divide the channels, `symbolic-size`, `reshape` when weight or
 * bias has another size, `rank`, `dtype`
 * @source Wu & He 2018
 */
export function groupNorm(
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  { numGroups, epsilon = 1e-5 }: GroupNormOptions,
): Tensor {
  checkRank("groupNorm", x, 2);
  const [batch = 1, channels = 1, ...places] = x.shape;
  divideDims(channels, numGroups, placeOf("groupNorm"));
  // A group lies in one piece, so it is a row of a layer normalisation.
  const groups = reshape(x, [batch, numGroups, -1]);
  const normalized = reshape(layerNorm(groups, null, null, { epsilon }), x.shape);
  const perChannel = (values: Tensor): Tensor => reshape(values, [channels, ...places.map(() => 1)]);
  const scaled = weight ? mul(normalized, perChannel(weight)) : normalized;
  return bias ? add(scaled, perChannel(bias)) : scaled;
}
