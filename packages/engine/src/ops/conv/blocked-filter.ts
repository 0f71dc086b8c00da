// SPDX-License-Identifier: Apache-2.0
import type { Emitter, Value } from "../../onnx/emitter.ts";
import { reshaped } from "./grid.ts";

// Weights of blocked convolutions. They change at every training step, so they are laid out while the model runs.

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
