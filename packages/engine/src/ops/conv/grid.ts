// SPDX-License-Identifier: Apache-2.0
import type { Emitter, Value } from "../../onnx/emitter.ts";
import type { Window, Windows } from "./window.ts";
import { inputIndex, outputsOfTap, phaseSize } from "./window.ts";

/**
 * A value of shape `[outer, height, width, inner]`: an image whose windows can be sliced with contiguous inner runs.
 *
 * Channels-last images are `[batch, H, W, channels]`, blocked ones `[batch·blocks, H, W, block]`, and position-major
 * ones `[1, H, W, batch·channels]`. At most one of `outer` and `inner` is unknown (null) while the model is written.
 */
export interface Grid {
  readonly value: Value;
  readonly outer: number | null;
  readonly height: number;
  readonly width: number;
  readonly inner: number | null;
}

/** Rows or columns to add before and after; negative: to leave out. */
export interface Margin {
  readonly before: number;
  readonly after: number;
}

/** Which part of an axis to take: `start, start + step, …` below `end`. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** The grid with margins of `fill` around it, or cropped where margins are negative. */
export function padGrid(onnx: Emitter, grid: Grid, rows: Margin, columns: Margin, fill = 0): Grid {
  if (rows.before === 0 && rows.after === 0 && columns.before === 0 && columns.after === 0) return grid;
  const margins = onnx.ints([0, rows.before, columns.before, 0, 0, rows.after, columns.after, 0]);
  const inputs = fill === 0 ? [grid.value, margins] : [grid.value, margins, onnx.scalar(fill)];
  return {
    ...grid,
    value: onnx.node("Pad", inputs),
    height: grid.height + rows.before + rows.after,
    width: grid.width + columns.before + columns.after,
  };
}

/** Part of a grid. */
export function sliceGrid(onnx: Emitter, grid: Grid, rows: Stretch, columns: Stretch): Grid {
  const height = lengthOf(rows);
  const width = lengthOf(columns);
  if (height === grid.height && width === grid.width) return grid;
  const operands = [
    [rows.start, columns.start],
    [rows.end, columns.end],
    [1, 2],
    [rows.step, columns.step],
  ];
  return {
    ...grid,
    value: onnx.node("Slice", [grid.value, ...operands.map((list) => onnx.ints(list))]),
    height,
    width,
  };
}

function lengthOf({ start, end, step }: Stretch): number {
  return Math.ceil((end - start) / step);
}

/** What each output sees through one tap; the grid must hold the padding already. */
export function tapOfPadded(
  onnx: Emitter,
  padded: Grid,
  { rows, columns }: Windows,
  row: number,
  column: number,
): Grid {
  return sliceGrid(onnx, padded, tapStretch(rows, row), tapStretch(columns, column));
}

function tapStretch({ outSize, stride, dilation }: Window, tap: number): Stretch {
  const start = tap * dilation;
  return { start, end: start + (outSize - 1) * stride + 1, step: stride };
}

/** Inputs that are seen through a tap, and the outputs that see them. */
export interface SeenThroughTap {
  readonly inputs: Stretch;
  readonly outputs: Stretch;
}

/** The stretches of input and output that meet through a tap, padding left out; null when none do. */
export function seenThroughTap(window: Window, tap: number): SeenThroughTap | null {
  const { start, end } = outputsOfTap(window, tap);
  if (end <= start) return null;
  return {
    inputs: {
      start: inputIndex(window, start, tap),
      end: inputIndex(window, end - 1, tap) + 1,
      step: window.stride,
    },
    outputs: { start, end, step: 1 },
  };
}

/**
 * The grid over the inputs of strided windows, put together from its residue classes:
 * `grid[stride·a + u, stride·b + v] = parts[u][v][a, b]`. A null part is zero; at least one is not.
 */
export function interleaveGrids(
  onnx: Emitter,
  parts: readonly (readonly (Grid | null)[])[],
  { rows, columns }: Windows,
): Grid {
  const sample = parts.flat().find((part) => part !== null)!;
  const { outer, inner } = sample;
  const numRows = phaseSize(rows);
  const numColumns = phaseSize(columns);
  let { value } = sample;
  if (parts.length > 1 || parts[0]!.length > 1) {
    const zeros = (): Value => onnx.node("ConstantOfShape", [onnx.node("Shape", [sample.value])]);
    const values = parts.map((line) => line.map((part) => part?.value ?? zeros()));
    const columnShape = inner === null ? [outer! * numRows * numColumns, 1, -1] : [-1, 1, inner];
    const rowLength = inner === null ? null : numColumns * columns.stride * inner;
    const rowShape = rowLength === null ? [outer! * numRows, 1, -1] : [-1, 1, rowLength];
    const lines = values.map((line) => alternate(onnx, line, columnShape));
    const whole = [outer ?? -1, numRows * rows.stride, numColumns * columns.stride, inner ?? -1];
    value = reshaped(onnx, alternate(onnx, lines, rowShape), whole);
  }
  const all = {
    value,
    outer,
    inner,
    height: numRows * rows.stride,
    width: numColumns * columns.stride,
  };
  return sliceGrid(
    onnx,
    all,
    { start: 0, end: rows.inSize, step: 1 },
    { start: 0, end: columns.inSize, step: 1 },
  );
}

function alternate(onnx: Emitter, values: readonly Value[], shape: readonly number[]): Value {
  if (values.length === 1) return values[0]!;
  return onnx.node(
    "Concat",
    values.map((value) => reshaped(onnx, value, shape)),
    { axis: 1 },
  );
}

/** The value under another shape; one size may be -1 (whatever is left over), and 0 keeps a size. */
export function reshaped(onnx: Emitter, value: Value, shape: readonly number[]): Value {
  return onnx.node("Reshape", [value, onnx.ints(shape)]);
}
