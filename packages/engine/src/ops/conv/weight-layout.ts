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
