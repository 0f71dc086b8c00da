// SPDX-License-Identifier: Apache-2.0
import { avgPool2d, constant, max, maxPool2d, mean, mul, pad } from "@semlink/engine";
import type { Tensor } from "@semlink/engine";
import type { NodeCall } from "../node-call.ts";
import type { ImporterTable } from "./operator.ts";
import { everyNth, extentOf, imagePads, squareMotion, windowsOf } from "./windows.ts";
import type { AxisWindow } from "./windows.ts";

// Padding that no maximum takes; the most negative float32, since infinities times zero are NaN in gradients.
const LOWEST = -3.4028234663852886e38;

function importMaxPool(call: NodeCall): Tensor {
  const x = call.tensor(0);
  const windows = poolWindows(call, x);
  const { kernelSize } = windows[0]!;
  const { stride, padding, pads, steps } = squareMotion(call, windows, (side) => 2 * side <= kernelSize);
  const padded = pad(x, { pads: imagePads(pads), value: LOWEST });
  return everyNth(maxPool2d(padded, { kernelSize, stride, padding }), steps);
}

function importAveragePool(call: NodeCall): Tensor {
  const x = call.tensor(0);
  const windows = poolWindows(call, x);
  const { kernelSize } = windows[0]!;
  const countsPadding = call.integer("count_include_pad", 0) === 1;
  const { stride, padding, pads, steps } = squareMotion(
    call,
    windows,
    (side) => side === 0 || (!countsPadding && 2 * side <= kernelSize),
  );
  const padded = pad(x, { pads: imagePads(pads) });
  const means = everyNth(avgPool2d(padded, { kernelSize, stride, padding }), steps);
  if (pads.flat().every((side) => side === 0)) return means;
  // The mean was taken over zeros as well: the sum again, over the number of values that count.
  const [rows, columns] = windows.map((window) => countsOf(window, countsPadding)) as [number[], number[]];
  const factors = rows.flatMap((a) => columns.map((b) => kernelSize ** 2 / (a * b)));
  if (factors.every((factor) => factor === 1)) return means;
  return mul(means, constant(factors, [1, 1, rows.length, columns.length]));
}

/** A window of pooling, with the padding that `ceil_mode` adds. */
interface PoolWindow extends AxisWindow {
  /** Padding at the end that the node itself asks for, without that of `ceil_mode`. */
  readonly ownAfter: number;
}

function poolWindows(call: NodeCall, x: Tensor): readonly PoolWindow[] {
  const kernelSizes = call.integers("kernel_shape") ?? [];
  const isSquare = kernelSizes.length === 2 && kernelSizes[0] === kernelSizes[1];
  const windows = isSquare ? windowsOf(call, x.shape.slice(2), kernelSizes) : [];
  if (!isSquare || windows.some(({ dilation }) => dilation !== 1)) {
    throw call.refusal(
      "unsupported-attribute",
      "a square window without dilation",
      `[${kernelSizes.join(", ")}]`,
    );
  }
  const isCeil = call.integer("ceil_mode", 0) === 1;
  return windows.map((window) => ({
    ...window,
    ownAfter: window.after,
    after: isCeil ? window.after + missingAtEnd(window) : window.after,
  }));
}

/** How many values the last window lacks when sizes are rounded up; a window that begins in padding is left out. */
function missingAtEnd(window: AxisWindow): number {
  const { inSize, stride, before, after } = window;
  const available = inSize + before + after;
  const last = Math.ceil((available - extentOf(window)) / stride) * stride;
  const start = last >= inSize + before ? last - stride : last;
  return Math.max(0, start + extentOf(window) - available);
}

/** Number of values of each window that a mean is over. */
function countsOf(
  { inSize, kernelSize, stride, before, after, ownAfter }: PoolWindow,
  countsPadding: boolean,
): number[] {
  const numWindows = Math.floor((inSize + before + after - kernelSize) / stride) + 1;
  const [first, end] = countsPadding ? [-before, inSize + ownAfter] : [0, inSize];
  return Array.from({ length: numWindows }, (_, index) => {
    const start = index * stride - before;
    return Math.min(end, start + kernelSize) - Math.max(first, start);
  });
}

const spatialAxes = ({ shape }: Tensor): readonly number[] => shape.map((_, axis) => axis).slice(2);

/** Pooling of images. */
export const poolImporters: ImporterTable = {
  MaxPool: importMaxPool,
  AveragePool: importAveragePool,
  GlobalAveragePool(call) {
    const x = call.tensor(0);
    return mean(x, { axes: spatialAxes(x), keepDims: true });
  },
  GlobalMaxPool(call) {
    const x = call.tensor(0);
    return max(x, { axes: spatialAxes(x), keepDims: true });
  },
};
