// SPDX-License-Identifier: Apache-2.0
import type { Window } from "../conv/window.ts";
import { inputIndex, tapsOf } from "../conv/window.ts";
import type { PoolAttributes } from "./pool-geometry.ts";
import { pooledType, poolGeometry } from "./pool-geometry.ts";

/** One pooling to test. */
export interface PoolSample {
  readonly name: string;
  readonly x: readonly [batch: number, channels: number, height: number, width: number];
  readonly attrs: PoolAttributes;
}

/** Poolings with and without overlap, padding and leftover inputs, on channels that do and do not fill blocks. */
export const poolSamples: readonly PoolSample[] = [
  { name: "2x2", x: [2, 3, 6, 4], attrs: { kernelSize: 2, stride: 2, padding: 0 } },
  { name: "2x2 on an odd map", x: [2, 3, 5, 7], attrs: { kernelSize: 2, stride: 2, padding: 0 } },
  { name: "3x3 at stride 1", x: [2, 3, 5, 5], attrs: { kernelSize: 3, stride: 1, padding: 1 } },
  {
    name: "3x3 at stride 1 without padding",
    x: [2, 3, 5, 4],
    attrs: { kernelSize: 3, stride: 1, padding: 0 },
  },
  { name: "3x3 at stride 2", x: [2, 3, 7, 7], attrs: { kernelSize: 3, stride: 2, padding: 1 } },
  {
    name: "3x3 at stride 2 on an even map",
    x: [2, 4, 8, 8],
    attrs: { kernelSize: 3, stride: 2, padding: 1 },
  },
  { name: "stride beyond the window", x: [2, 4, 8, 8], attrs: { kernelSize: 2, stride: 3, padding: 0 } },
  { name: "blocks of channels", x: [3, 16, 6, 6], attrs: { kernelSize: 3, stride: 2, padding: 1 } },
  { name: "channels padded to a block", x: [2, 24, 5, 5], attrs: { kernelSize: 3, stride: 1, padding: 1 } },
  { name: "whole map", x: [2, 4, 3, 3], attrs: { kernelSize: 3, stride: 3, padding: 0 } },
];

/** A window that may see padding only. */
export const tooMuchPadding: PoolAttributes = { kernelSize: 3, stride: 1, padding: 2 };

/** Shape of the pooled image. */
export function pooledShape(x: readonly number[], attrs: PoolAttributes): readonly number[] {
  const { shape } = pooledType(poolGeometry("sample", { shape: x, dtype: "float32" }, attrs));
  return shape as readonly number[];
}

/** Visits every window of an image: the index of its output, and of the inputs it sees, row by row. */
export function forEachWindow(
  xShape: readonly number[],
  attrs: PoolAttributes,
  visit: (yIndex: number, xIndices: readonly number[]) => void,
): void {
  const { channels, rows, columns } = poolGeometry("reference", { shape: xShape, dtype: "float32" }, attrs);
  const numMaps = xShape[0]! * channels;
  for (let map = 0; map < numMaps; map++) {
    for (let a = 0; a < rows.outSize; a++) {
      for (let b = 0; b < columns.outSize; b++) {
        const seen = indicesSeen(rows, a).flatMap((row) =>
          indicesSeen(columns, b).map((column) => (map * rows.inSize + row) * columns.inSize + column),
        );
        visit((map * rows.outSize + a) * columns.outSize + b, seen);
      }
    }
  }
}

function indicesSeen(window: Window, out: number): number[] {
  return tapsOf(window)
    .map((tap) => inputIndex(window, out, tap))
    .filter((index) => index >= 0 && index < window.inSize);
}

/** Index of the first of the largest values. */
export function firstMaximum(values: Float64Array, indices: readonly number[]): number {
  return indices.reduce((best, index) => (values[index]! > values[best]! ? index : best));
}
