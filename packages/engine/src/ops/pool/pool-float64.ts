// SPDX-License-Identifier: Apache-2.0
import type { Window } from "../conv/window.ts";
import { inputIndex, tapsOf } from "../conv/window.ts";
import type { PoolAttributes } from "./pool-geometry.ts";
import { poolGeometry } from "./pool-geometry.ts";

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
