// SPDX-License-Identifier: Apache-2.0
import type { Emitter, Value } from "../../../onnx/emitter.ts";
import type { ConvGeometry } from "../geometry.ts";
import { reshaped } from "../grid.ts";
import { weightSizes } from "../weight-layout.ts";
import type { Window } from "../window.ts";
import { inputIndex, tapsOf } from "../window.ts";

// Convolutions of one group on tiny maps as one matrix product over all (input position, output position) pairs.
// On a 2x2 map a 3x3 window sees 16 pairs; sliding it with its padding would multiply 36 times.

/** Number of positions of the input and of the output. */
export function numPositions({ rows, columns }: ConvGeometry): {
  readonly input: number;
  readonly output: number;
} {
  return { input: rows.inSize * columns.inSize, output: rows.outSize * columns.outSize };
}

/**
 * The matrix of the convolution, rows (outChannel, output position), columns (input position, inChannel): for each
 * pair of positions the tap that joins them, or zero.
 */
function pairMatrix(onnx: Emitter, weight: Value, geometry: ConvGeometry): Value {
  const { inChannels, outChannels, rows, columns } = geometry;
  const { numTaps } = weightSizes(geometry);
  const { input, output } = numPositions(geometry);
  const taps = reshaped(onnx, weight, [outChannels, numTaps, inChannels]);
  const indices = pairTaps(geometry);
  const isMissing = indices.includes(numTaps);
  const source = isMissing ? onnx.node("Pad", [taps, onnx.ints([0, 0, 0, 0, 1, 0])]) : taps;
  const isIdentity =
    rows.kernelSize * columns.kernelSize === indices.length && indices.every((tap, i) => tap === i);
  const joined = isIdentity ? source : onnx.node("Gather", [source, onnx.ints(indices)], { axis: 1 });
  return reshaped(onnx, joined, [outChannels * output, input * inChannels]);
}

/** For each output position, for each input position, the tap between them; the number of taps where there is none. */
function pairTaps({ rows, columns }: ConvGeometry): number[] {
  const numTaps = rows.kernelSize * columns.kernelSize;
  const rowTaps = tapTable(rows);
  const columnTaps = tapTable(columns);
  return rowTaps.flatMap((rowLine) =>
    columnTaps.flatMap((columnLine) =>
      rowLine.flatMap((i) =>
        columnLine.map((j) => (i === null || j === null ? numTaps : i * columns.kernelSize + j)),
      ),
    ),
  );
}

function tapTable(window: Window): (number | null)[][] {
  return Array.from({ length: window.outSize }, (_, out) =>
    Array.from(
      { length: window.inSize },
      (__, input) => tapsOf(window).find((tap) => inputIndex(window, out, tap) === input) ?? null,
    ),
  );
}

/** `y = Conv(x, w) + bias`. */
export function pairConv(
  onnx: Emitter,
  x: Value,
  weight: Value,
  bias: Value | null,
  geometry: ConvGeometry,
): Value {
  const { inChannels, outChannels, rows, columns } = geometry;
  const { input } = numPositions(geometry);
  const byPosition =
    input === 1
      ? x
      : onnx.node("Transpose", [reshaped(onnx, x, [-1, inChannels, input])], { perm: [0, 2, 1] });
  const vectors = reshaped(onnx, byPosition, [-1, input * inChannels]);
  const product = onnx.node("Gemm", [vectors, pairMatrix(onnx, weight, geometry)], { transB: 1 });
  const y = reshaped(onnx, product, [-1, outChannels, rows.outSize, columns.outSize]);
  return bias ? onnx.node("Add", [y, reshaped(onnx, bias, [outChannels, 1, 1])]) : y;
}

/** Input gradient: the same matrix from the other side. */
export function pairInputGradient(onnx: Emitter, grad: Value, weight: Value, geometry: ConvGeometry): Value {
  const { inChannels, outChannels, rows, columns } = geometry;
  const { input, output } = numPositions(geometry);
  const vectors = reshaped(onnx, grad, [-1, outChannels * output]);
  const product = onnx.node("MatMul", [vectors, pairMatrix(onnx, weight, geometry)]);
  const byPosition = reshaped(onnx, product, [-1, input, inChannels]);
  const byChannel = input === 1 ? byPosition : onnx.node("Transpose", [byPosition], { perm: [0, 2, 1] });
  return reshaped(onnx, byChannel, [-1, inChannels, rows.inSize, columns.inSize]);
}
