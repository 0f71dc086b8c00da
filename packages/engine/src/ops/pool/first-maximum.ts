// SPDX-License-Identifier: Apache-2.0
import type { Emitter, Value } from "../../onnx/emitter.ts";
import { onnxCode } from "../cast.ts";
import type { Grid } from "../conv/grid.ts";
import { interleaveGrids, padGrid, tapOfPadded } from "../conv/grid.ts";
import type { Window, WindowPhase } from "../conv/window.ts";
import { paddingAfter, phaseSize, phasesOf, tapsOf } from "../conv/window.ts";
import { fromGrid, toGrid } from "./pool-grid.ts";
import type { PoolGeometry } from "./pool-geometry.ts";

// Which input of a window is its maximum is found by comparing, tap by tap, what the tap sees with the maximum. ONNX
// MaxPool can return indices, but then takes ten times as long, and scattering by index is slower still.

/** Smaller than any activation, and finite, so that padding takes no part in arithmetic with infinities. */
const LEAST = -3.4e38;

type Taps<T> = readonly (readonly T[])[];

/** Gives each window's gradient to the first input that equals its maximum. */
export function firstMaximumScatter(
  onnx: Emitter,
  x: Value,
  y: Value,
  grad: Value,
  geometry: PoolGeometry,
): Value {
  const { channels, rows, columns } = geometry;
  const outSizes = [channels, rows.outSize, columns.outSize] as const;
  const matches = tapMatches(onnx, x, y, geometry);
  const gradGrid = toGrid(onnx, grad, outSizes);
  // What no tap so far has taken; the last tap takes all that is left.
  let left = gradGrid.value;
  const taken = matches.map((line) =>
    line.map((isMaximum): Grid => {
      if (!isMaximum) return { ...gradGrid, value: left };
      // A product with a mask takes half as long as Where.
      const value = onnx.node("Mul", [left, onnx.node("Cast", [isMaximum], { to: onnxCode("float32") })]);
      left = onnx.node("Sub", [left, value]);
      return { ...gradGrid, value };
    }),
  );
  const parts = phasesOf(rows).map((row) =>
    phasesOf(columns).map((column) => sumOfPhase(onnx, taken, geometry, row, column)),
  );
  return fromGrid(onnx, interleaveGrids(onnx, parts, geometry), channels);
}

/** The value of `u` at the first input of each window that equals its maximum. */
export function firstMaximumSelect(
  onnx: Emitter,
  x: Value,
  y: Value,
  u: Value,
  geometry: PoolGeometry,
): Value {
  const { channels, rows, columns } = geometry;
  const matches = tapMatches(onnx, x, y, geometry).flat();
  const tapOf = tapReader(onnx, u, geometry, 0);
  const seen = tapsOf(rows).flatMap((i) => tapsOf(columns).map((j) => tapOf(i, j)));
  const selected = seen.reduceRight((later, tap, index) => ({
    ...tap,
    value: onnx.node("Where", [matches[index]!, tap.value, later.value]),
  }));
  return fromGrid(onnx, { ...selected, height: rows.outSize, width: columns.outSize }, channels);
}

/** For each tap whether it sees the maximum; null for the last tap, which is only asked when no other does. */
function tapMatches(onnx: Emitter, x: Value, y: Value, geometry: PoolGeometry): Taps<Value | null> {
  const { channels, rows, columns } = geometry;
  const maximum = toGrid(onnx, y, [channels, rows.outSize, columns.outSize]).value;
  const tapOf = tapReader(onnx, x, geometry, LEAST);
  const isLast = (i: number, j: number): boolean => i === rows.kernelSize - 1 && j === columns.kernelSize - 1;
  return tapsOf(rows).map((i) =>
    tapsOf(columns).map((j) => (isLast(i, j) ? null : onnx.node("Equal", [tapOf(i, j).value, maximum]))),
  );
}

/** Reads what each window sees through one of its taps. */
function tapReader(
  onnx: Emitter,
  x: Value,
  geometry: PoolGeometry,
  fill: number,
): (row: number, column: number) => Grid {
  const { channels, rows, columns } = geometry;
  const grid = toGrid(onnx, x, [channels, rows.inSize, columns.inSize]);
  const padded = padGrid(onnx, grid, marginOf(rows), marginOf(columns), fill);
  return (row, column) => tapOfPadded(onnx, padded, geometry, row, column);
}

function marginOf(window: Window): { before: number; after: number } {
  return { before: window.padding, after: Math.max(0, paddingAfter(window)) };
}

/** What one residue class of inputs gets from all taps that reach it; null when none does. */
function sumOfPhase(
  onnx: Emitter,
  taken: Taps<Grid>,
  { rows, columns }: PoolGeometry,
  row: WindowPhase,
  column: WindowPhase,
): Grid | null {
  const shifted = row.taps.flatMap((i, rowIndex) =>
    column.taps.map((j, columnIndex) =>
      padGrid(onnx, taken[i]![j]!, shiftOf(rows, row, rowIndex), shiftOf(columns, column, columnIndex)),
    ),
  );
  if (shifted.length === 0) return null;
  return shifted.reduce((sum, tap) => ({ ...sum, value: onnx.node("Add", [sum.value, tap.value]) }));
}

/** Margins that bring the outputs seen by the phase's `index`-th tap to the inputs of the phase. */
function shiftOf(window: Window, phase: WindowPhase, index: number): { before: number; after: number } {
  const offset = index * phase.dilation - phase.before;
  return { before: -offset, after: phaseSize(window) - 1 + offset - (window.outSize - 1) };
}
