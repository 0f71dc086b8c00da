// SPDX-License-Identifier: Apache-2.0
import type { AttributeValue, Emitter, Value } from "../../onnx/emitter.ts";
import { reshaped } from "./grid.ts";

// ONNX Runtime's blocked layout: [batch, channels, H, W] is kept in memory as [batch, channels / b, H, W, b], with
// channels padded by zeros to a multiple of the block b. Shapes still read [batch, channels, H, W].

const NCHWC = { domain: "com.microsoft.nchwc" } as const;

/** Reordering takes channels in fours. */
export const CHANNEL_QUANTUM = 4;

/** The least multiple of the block that holds `channels`. */
export function paddedChannels(channels: number, block: number): number {
  return Math.ceil(channels / block) * block;
}

/**
 * `[batch, channels, H, W]` to the blocked layout; channels are padded with zeros. A value that came from blocks is
 * taken as it was there.
 */
export function toBlocked(onnx: Emitter, x: Value): Value {
  const producer = onnx.nodes.findLast(({ outputs }) => outputs.includes(x.name));
  const isUnblocked = producer?.type === "ReorderOutput" && producer.domain === NCHWC.domain;
  return isUnblocked ? { name: producer.inputs[0]! } : onnx.node("ReorderInput", [x], {}, NCHWC);
}

/** From the blocked layout to `[batch, channels, H, W]`; padding channels are dropped. */
export function fromBlocked(onnx: Emitter, x: Value, channels: number): Value {
  return onnx.node("ReorderOutput", [x], { channels }, NCHWC);
}

/** Max pooling in the blocked layout, with the attributes of ONNX MaxPool. */
export function blockedMaxPoolNode(
  onnx: Emitter,
  x: Value,
  attributes: Readonly<Record<string, readonly number[]>>,
): Value {
  return onnx.node("MaxPool", [x], { auto_pad: "NOTSET", ...attributes }, NCHWC);
}

/** What a blocked convolution is told besides its operands: two numbers each for height and width, four pads. */
export interface BlockedConvAttributes {
  readonly kernel: readonly number[];
  readonly pads: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly groups: number;
}

/** Convolution in the blocked layout. */
export function blockedConvNode(
  onnx: Emitter,
  x: Value,
  weight: Value,
  bias: Value | null,
  { kernel, pads, strides, dilations, groups }: BlockedConvAttributes,
): Value {
  const attributes: Record<string, AttributeValue> = {
    auto_pad: "NOTSET",
    kernel_shape: kernel,
    pads,
    strides,
    dilations,
    group: groups,
  };
  return onnx.node("Conv", bias ? [x, weight, bias] : [x, weight], attributes, NCHWC);
}

/** The value with zeros appended along axes up to the given sizes; itself where nothing is missing. */
export function paddedTo(
  onnx: Emitter,
  value: Value,
  sizes: readonly number[],
  wanted: readonly number[],
): Value {
  const missing = wanted.map((size, axis) => size - sizes[axis]!);
  if (missing.every((count) => count === 0)) return value;
  return onnx.node("Pad", [value, onnx.ints([...missing.map(() => 0), ...missing])]);
}

/**
 * OHWI weight to the filter of a blocked convolution, `[O/b, I/b, taps, bi, bo]` in memory. Two transpositions of
 * contiguous runs: one with five axes takes ten times as long.
 *
 * @param weight - [outChannels, taps, inChannels], channels multiples of the block
 */
export function blockedFilter(
  onnx: Emitter,
  weight: Value,
  [outChannels, numTaps, inChannels]: readonly [number, number, number],
  block: number,
): Value {
  const rows = reshaped(onnx, weight, [outChannels / block, block, numTaps * inChannels]);
  const outInside = onnx.node("Transpose", [rows], { perm: [0, 2, 1] });
  const shape = [outChannels / block, numTaps, inChannels / block, block * block];
  return onnx.node("Transpose", [reshaped(onnx, outInside, shape)], { perm: [0, 2, 1, 3] });
}

/**
 * OHWI weight to the filter of the transposed convolution, `[I/b, O/b, taps, bo, bi]` in memory.
 *
 * @param weight - [outChannels, taps, inChannels], channels multiples of the block
 */
export function transposedBlockedFilter(
  onnx: Emitter,
  weight: Value,
  [outChannels, numTaps, inChannels]: readonly [number, number, number],
  block: number,
): Value {
  const shape = [outChannels / block, block, numTaps, inChannels / block, block];
  return onnx.node("Transpose", [reshaped(onnx, weight, shape)], { perm: [3, 0, 2, 1, 4] });
}

/**
 * OHWI weight with few input channels to the filter of a blocked convolution that reads `[batch, channels, H, W]` as
 * it is: `[O/b, taps, b]` for each input channel in turn.
 *
 * @param weight - [outChannels, taps, inChannels], output channels a multiple of the block
 */
export function thinFilter(
  onnx: Emitter,
  weight: Value,
  [outChannels, numTaps, inChannels]: readonly [number, number, number],
  block: number,
): Value {
  const shape = [outChannels / block, block, numTaps, inChannels];
  return onnx.node("Transpose", [reshaped(onnx, weight, shape)], { perm: [0, 3, 2, 1] });
}
