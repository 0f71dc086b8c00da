// SPDX-License-Identifier: Apache-2.0
import type { Emitter, Value } from "../../../onnx/emitter.ts";
import { toChannelsLast, unblocked } from "../blocked-layout.ts";
import type { ConvGeometry } from "../geometry.ts";
import type { Grid } from "../grid.ts";
import { interleaveGrids, padGrid, reshaped, seenThroughTap, sliceGrid, tapOfPadded } from "../grid.ts";
import { gatherTaps, weightSizes } from "../weight-layout.ts";
import type { Window, WindowPhase } from "../window.ts";
import { paddingAfter, phaseSize, phasesOf, tapsOf } from "../window.ts";

// Convolutions of one group as matrix products over position-major images [H, W, batch, channels]: what a tap sees
// is a slice of whole (batch · channels) runs, and every image of the batch shares one product.

/** `[batch, channels, H, W]` as the grid `[1, H, W, batch·channels]`. */
function positionMajor(onnx: Emitter, x: Value, height: number, width: number): Grid {
  const value = reshaped(onnx, onnx.node("Transpose", [x], { perm: [2, 3, 0, 1] }), [1, height, width, -1]);
  return { value, outer: 1, height, width, inner: null };
}

/** `[batch, channels, H, W]` as the grid `[batch, H, W, channels]`. */
function channelsLast(onnx: Emitter, x: Value, height: number, width: number, channels: number): Grid {
  return { value: toChannelsLast(onnx, x, channels), outer: null, height, width, inner: channels };
}

/** Rows (position, image) of the grid, `[H·W·batch, channels]`. */
function asRows(onnx: Emitter, grid: Grid, channels: number): Value {
  return reshaped(onnx, grid.value, [-1, channels]);
}

/** Rows (position, image) back to `[batch, channels, H, W]`. */
function fromRows(onnx: Emitter, rows: Value, height: number, width: number, channels: number): Value {
  return onnx.node("Transpose", [reshaped(onnx, rows, [height, width, -1, channels])], {
    perm: [2, 3, 0, 1],
  });
}

/** `y = Conv(x, w) + bias`: what the taps see side by side, times the weight as it is. */
export function matrixConv(
  onnx: Emitter,
  x: Value,
  weight: Value,
  bias: Value | null,
  geometry: ConvGeometry,
): Value {
  const { inChannels, outChannels, rows, columns } = geometry;
  const { numTaps } = weightSizes(geometry);
  const image = positionMajor(onnx, x, rows.inSize, columns.inSize);
  const padded = padGrid(onnx, image, marginOf(rows), marginOf(columns));
  const seen = tapsOf(rows).flatMap((i) =>
    tapsOf(columns).map((j) => asRows(onnx, tapOfPadded(onnx, padded, geometry, i, j), inChannels)),
  );
  const matrix = reshaped(onnx, weight, [outChannels, numTaps * inChannels]);
  const operands = [sideBySide(onnx, seen), matrix, ...(bias ? [bias] : [])];
  const y = onnx.node("Gemm", operands, { transB: 1 });
  return fromRows(onnx, y, rows.outSize, columns.outSize, outChannels);
}

function marginOf(window: Window): { before: number; after: number } {
  return { before: window.padding, after: paddingAfter(window) };
}

function sideBySide(onnx: Emitter, values: readonly Value[]): Value {
  return values.length === 1 ? values[0]! : onnx.node("Concat", values, { axis: 1 });
}

/** Input gradient: one product for each residue class of the input index. */
export function matrixInputGradient(
  onnx: Emitter,
  grad: Value,
  weight: Value,
  geometry: ConvGeometry,
): Value {
  const { inChannels, outChannels, rows, columns } = geometry;
  const { numTaps } = weightSizes(geometry);
  const image = positionMajor(onnx, grad, rows.outSize, columns.outSize);
  const byTap = onnx.node("Transpose", [reshaped(onnx, weight, [outChannels, numTaps, inChannels])], {
    perm: [1, 0, 2],
  });
  const [height, width] = [phaseSize(rows), phaseSize(columns)];
  const partOf = (row: WindowPhase, column: WindowPhase): Grid | null => {
    const taps = row.taps.flatMap((i) => column.taps.map((j) => i * columns.kernelSize + j));
    if (taps.length === 0) return null;
    const padded = padGrid(onnx, image, row, column);
    const seen = row.taps.flatMap((_, i) =>
      column.taps.map((__, j) => {
        const startRow = i * row.dilation;
        const startColumn = j * column.dilation;
        const tap = sliceGrid(
          onnx,
          padded,
          { start: startRow, end: startRow + height, step: 1 },
          { start: startColumn, end: startColumn + width, step: 1 },
        );
        return asRows(onnx, tap, outChannels);
      }),
    );
    const matrix = reshaped(onnx, gatherTaps(onnx, byTap, 0, taps, numTaps), [
      taps.length * outChannels,
      inChannels,
    ]);
    const product = onnx.node("MatMul", [sideBySide(onnx, seen), matrix]);
    return { value: reshaped(onnx, product, [1, height, width, -1]), outer: 1, height, width, inner: null };
  };
  const parts = phasesOf(rows).map((row) => phasesOf(columns).map((column) => partOf(row, column)));
  const whole = interleaveGrids(onnx, parts, geometry);
  return fromRows(onnx, whole.value, rows.inSize, columns.inSize, inChannels);
}

/** Weight gradient: one product for each tap, over the positions that see an input through it. */
export function matrixWeightGradient(onnx: Emitter, x: Value, grad: Value, geometry: ConvGeometry): Value {
  const { inChannels, outChannels, rows, columns } = geometry;
  const isSmall = rows.inSize * columns.inSize <= 4;
  const image = isSmall
    ? positionMajor(onnx, x, rows.inSize, columns.inSize)
    : channelsLast(onnx, x, rows.inSize, columns.inSize, inChannels);
  const gradImage = isSmall
    ? positionMajor(onnx, grad, rows.outSize, columns.outSize)
    : channelsLast(onnx, grad, rows.outSize, columns.outSize, outChannels);
  const ofTap = (i: number, j: number): Value => {
    const [row, column] = [seenThroughTap(rows, i), seenThroughTap(columns, j)];
    if (!row || !column) return onnx.node("ConstantOfShape", [onnx.ints([outChannels, inChannels])]);
    const seen = asRows(onnx, sliceGrid(onnx, image, row.inputs, column.inputs), inChannels);
    const seers = asRows(onnx, sliceGrid(onnx, gradImage, row.outputs, column.outputs), outChannels);
    return onnx.node("Gemm", [seers, seen], { transA: 1 });
  };
  const taps = tapsOf(rows).flatMap((i) => tapsOf(columns).map((j) => ofTap(i, j)));
  return reshaped(onnx, sideBySide(onnx, taps), [
    outChannels,
    rows.kernelSize,
    columns.kernelSize,
    inChannels,
  ]);
}

/**
 * Weight gradient where there are few input channels: what all taps see as the rows of one matrix
 * `[taps·inChannels, batch·positions]`, in one product.
 */
export function thinWeightGradient(onnx: Emitter, x: Value, grad: Value, geometry: ConvGeometry): Value {
  const { inChannels, outChannels, rows, columns } = geometry;
  const byChannel: Grid = {
    value: reshaped(onnx, onnx.node("Transpose", [x], { perm: [1, 0, 2, 3] }), [
      -1,
      rows.inSize,
      columns.inSize,
      1,
    ]),
    outer: null,
    height: rows.inSize,
    width: columns.inSize,
    inner: 1,
  };
  const padded = padGrid(onnx, byChannel, marginOf(rows), marginOf(columns));
  const seen = tapsOf(rows).flatMap((i) =>
    tapsOf(columns).map((j) =>
      reshaped(onnx, tapOfPadded(onnx, padded, geometry, i, j).value, [inChannels, -1]),
    ),
  );
  const seers = reshaped(onnx, onnx.node("Transpose", [grad], { perm: [1, 0, 2, 3] }), [outChannels, -1]);
  const matrix = seen.length === 1 ? seen[0]! : onnx.node("Concat", seen, { axis: 0 });
  const product = onnx.node("Gemm", [seers, matrix], { transB: 1 });
  return reshaped(onnx, product, [outChannels, rows.kernelSize, columns.kernelSize, inChannels]);
}

/**
 * Weight gradient of a 1x1 convolution of stride 1: one product for each image, summed. Nothing is transposed, which
 * on large maps costs more than the product.
 */
export function pointwiseWeightGradient(onnx: Emitter, x: Value, grad: Value, geometry: ConvGeometry): Value {
  const { inChannels, outChannels, rows, columns } = geometry;
  const numPositions = rows.inSize * columns.inSize;
  const images = [
    reshaped(onnx, unblocked(onnx, grad, outChannels), [-1, outChannels, numPositions]),
    reshaped(onnx, unblocked(onnx, x, inChannels), [-1, inChannels, numPositions]),
  ];
  const perImage = onnx.node("FusedMatMul", images, { transA: 0, transB: 1 }, { domain: "com.microsoft" });
  const summed = onnx.node("ReduceSum", [perImage, onnx.ints([0])], { keepdims: 0 });
  return reshaped(onnx, summed, [outChannels, 1, 1, inChannels]);
}
