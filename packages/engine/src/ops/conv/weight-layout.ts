// SPDX-License-Identifier: Apache-2.0
import type { Emitter, Value } from "../../onnx/emitter.ts";
import type { ConvGeometry } from "./geometry.ts";
import { reshaped } from "./grid.ts";

/** Sizes of an OHWI weight with its taps taken together: `[outChannels, numTaps, groupInChannels]`. */
export interface WeightSizes {
  readonly outChannels: number;
  readonly numTaps: number;
  readonly groupInChannels: number;
}

/** The weight's sizes in a geometry. */
export function weightSizes({ outChannels, inChannels, groups, rows, columns }: ConvGeometry): WeightSizes {
  return { outChannels, numTaps: rows.kernelSize * columns.kernelSize, groupInChannels: inChannels / groups };
}

/**
 * The weight as ONNX convolutions want it, `[outChannels, groupInChannels, kernelHeight, kernelWidth]`.
 *
 * A weight whose values are known is written in that order, so exported models hold plain convolutions.
 */
export function oihwWeight(onnx: Emitter, weight: Value, geometry: ConvGeometry): Value {
  const sizes = weightSizes(geometry);
  const { outChannels, numTaps, groupInChannels } = sizes;
  const shape = [outChannels, groupInChannels, geometry.rows.kernelSize, geometry.columns.kernelSize];
  const known = onnx.knownInitializer(weight);
  if (known) return knownOihwWeight(onnx, `${weight.name}.oihw`, known.data, shape, sizes);
  if (numTaps === 1 || groupInChannels === 1) return reshaped(onnx, weight, shape);
  const taps = reshaped(onnx, weight, [outChannels, numTaps, groupInChannels]);
  return reshaped(onnx, onnx.node("Transpose", [taps], { perm: [0, 2, 1] }), shape);
}

function knownOihwWeight(
  onnx: Emitter,
  name: string,
  ohwi: Float32Array,
  shape: readonly number[],
  { outChannels, numTaps, groupInChannels }: WeightSizes,
): Value {
  if (onnx.initializers.has(name)) return { name };
  const oihw = new Float32Array(ohwi.length);
  let index = 0;
  for (let out = 0; out < outChannels; out++) {
    for (let channel = 0; channel < groupInChannels; channel++) {
      for (let tap = 0; tap < numTaps; tap++)
        oihw[index++] = ohwi[(out * numTaps + tap) * groupInChannels + channel]!;
    }
  }
  return onnx.addInitializer(name, "float32", shape, oihw);
}

/**
 * The weight of the stride-1 input gradient as ONNX convolutions want it: input and output channels of each group
 * exchanged, taps reversed; `[inChannels, outChannels / groups, kernelHeight, kernelWidth]`.
 */
export function groupedTransposedWeight(onnx: Emitter, weight: Value, geometry: ConvGeometry): Value {
  const { groups, inChannels, rows, columns } = geometry;
  const { outChannels, numTaps, groupInChannels } = weightSizes(geometry);
  const groupOutChannels = outChannels / groups;
  const taps = reshaped(onnx, weight, [outChannels, numTaps, groupInChannels]);
  const reversed = gatherTaps(onnx, taps, 1, reversedTaps(numTaps), numTaps);
  const exchanged =
    groups === 1
      ? onnx.node("Transpose", [reversed], { perm: [2, 0, 1] })
      : onnx.node(
          "Transpose",
          [reshaped(onnx, reversed, [groups, groupOutChannels, numTaps, groupInChannels])],
          {
            perm: [0, 3, 1, 2],
          },
        );
  return reshaped(onnx, exchanged, [inChannels, groupOutChannels, rows.kernelSize, columns.kernelSize]);
}

/** `[numTaps − 1, …, 0]`. */
export function reversedTaps(numTaps: number): number[] {
  return Array.from({ length: numTaps }, (_, index) => numTaps - 1 - index);
}

/** The listed ones of a value's taps along an axis; the value itself when all are listed in order. */
export function gatherTaps(
  onnx: Emitter,
  value: Value,
  axis: number,
  taps: readonly number[],
  numTaps: number,
): Value {
  const isIdentity = taps.length === numTaps && taps.every((tap, index) => tap === index);
  return isIdentity ? value : onnx.node("Gather", [value, onnx.ints(taps)], { axis });
}

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
