// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { concat, maxPool2d, relu, reshape, ShapeError, split, transpose } from "@semlink/engine";
import type { EdgeInput } from "../../cells/primitives/primitive.ts";

/** What the edges from one input of a cell share: the channels that primitives see, and those that pass them by. */
export interface NodeInput {
  readonly active: EdgeInput;
  /** [batch, channels (1 - 1/K), ...] at the size that the edges put out; null when K = 1 */
  readonly bypass: Tensor | null;
}

/**
 * The first `1/K` of the channels with their ReLU, computed once for all edges, and the rest, max-pooled where the
 * edges halve the map.
 *
 * @param x - [batch, channels, height, width]
 * @param partialChannels - K, 1 for all channels
 * @throws ShapeError `partial-channels` when K does not divide the channels
 * @source Xu et al. 2020 (PC-DARTS), arXiv 1907.05737, section 3.2
 */
export function nodeInput(x: Tensor, partialChannels: number, stride: 1 | 2): NodeInput {
  if (partialChannels === 1) return { active: { raw: x, rectified: relu(x) }, bypass: null };
  const active = activeChannels(x.shape[1] as number, partialChannels);
  const [raw, rest] = split(x, { axis: 1, sizes: [active, (x.shape[1] as number) - active] });
  const bypass = stride === 1 ? rest! : maxPool2d(rest!, { kernelSize: 2, stride: 2 });
  return { active: { raw: raw!, rectified: relu(raw!) }, bypass };
}

/**
 * Channels that primitives see: `channels / K`.
 *
 * @throws ShapeError `partial-channels` when K does not divide the channels
 */
export function activeChannels(channels: number, partialChannels: number): number {
  if (channels % partialChannels === 0) return channels / partialChannels;
  throw new ShapeError({
    code: "partial-channels",
    where: "partialChannels",
    expected: `a divisor of the ${channels} channels of a cell`,
    actual: `${partialChannels}`,
  });
}

/**
 * Joins both parts and takes turns among K groups of channels, so that the next edges see others:
 * channel `g · C/K + i` becomes channel `i · K + g`.
 *
 * @source Zhang et al. 2018 (channel shuffle), arXiv 1707.01083
 */
export function joinShuffled(active: Tensor, bypass: Tensor, partialChannels: number): Tensor {
  const joined = concat([active, bypass], { axis: 1 });
  const [batch = 1, channels, height = 1, width = 1] = joined.shape;
  const group = activeChannels(channels as number, partialChannels);
  const groups = reshape(joined, [batch, partialChannels, group, height, width]);
  return reshape(transpose(groups, [0, 2, 1, 3, 4]), joined.shape);
}
