// SPDX-License-Identifier: Apache-2.0
import type { Float64Tensor } from "../../testing/op-cases.ts";
import type { ConvAttributes, ConvGeometry } from "./geometry.ts";
import { convGeometry } from "./geometry.ts";
import type { Window } from "./window.ts";
import { inputIndex } from "./window.ts";

/** The three tensors of a convolution: `y = Conv(x, weight)`. */
export interface ConvTensors {
  readonly x: Float64Tensor;
  readonly weight: Float64Tensor;
  readonly y: Float64Tensor;
}

/**
 * Visits every product of a convolution, `y[yIndex] += x[xIndex] · weight[wIndex]`. The convolution and both its
 * gradients are this one sum, written into `y`, `x` or `weight`.
 */
export function forEachProduct(
  { x, weight, y }: ConvTensors,
  attrs: ConvAttributes,
  visit: (xIndex: number, wIndex: number, yIndex: number) => void,
): void {
  const geometry = geometryOf(x.shape, weight.shape, attrs);
  const { inChannels, outChannels, groups, rows, columns } = geometry;
  const groupIn = inChannels / groups;
  const groupOut = outChannels / groups;
  const rowPairs = pairsOf(rows);
  const columnPairs = pairsOf(columns);
  for (let n = 0; n < x.shape[0]!; n++) {
    for (let o = 0; o < outChannels; o++) {
      const firstChannel = Math.floor(o / groupOut) * groupIn;
      for (const [i, inRow, outRow] of rowPairs) {
        for (const [j, inColumn, outColumn] of columnPairs) {
          const yIndex = ((n * outChannels + o) * y.shape[2]! + outRow) * y.shape[3]! + outColumn;
          const wIndex = ((o * rows.kernelSize + i) * columns.kernelSize + j) * groupIn;
          const xIndex = ((n * inChannels + firstChannel) * rows.inSize + inRow) * columns.inSize + inColumn;
          for (let c = 0; c < groupIn; c++)
            visit(xIndex + c * rows.inSize * columns.inSize, wIndex + c, yIndex);
        }
      }
    }
  }
}

/** Geometry of known shapes. */
export function geometryOf(
  x: readonly number[],
  weight: readonly number[],
  attrs: ConvAttributes,
): ConvGeometry {
  return convGeometry(
    "reference",
    { shape: x, dtype: "float32" },
    { shape: weight, dtype: "float32" },
    attrs,
  );
}

function pairsOf(window: Window): [tap: number, input: number, output: number][] {
  const pairs: [number, number, number][] = [];
  for (let out = 0; out < window.outSize; out++) {
    for (let tap = 0; tap < window.kernelSize; tap++) {
      const input = inputIndex(window, out, tap);
      if (input >= 0 && input < window.inSize) pairs.push([tap, input, out]);
    }
  }
  return pairs;
}
