// SPDX-License-Identifier: Apache-2.0
import { add, avgPool2d, constant, max, maximum, maxPool2d, mean, mul, pad, slice } from "@semlink/engine";
import type { Tensor } from "@semlink/engine";
import type { NodeCall } from "../node-call.ts";
import type { OperatorTable } from "./operator.ts";
import { everyNth, extentOf, imagePads, squareMotion, windowsOf } from "./windows.ts";
import type { AxisWindow } from "./windows.ts";

// Padding that no maximum takes; the most negative float32, since infinities times zero are NaN in gradients.
const LOWEST = -3.4028234663852886e38;

function importMaxPool(call: NodeCall): Tensor {
  const x = call.tensor(0);
  const windows = poolWindows(call, x);
  if (!isSquare(windows)) {
    const padded = pad(x, { pads: imagePads(padsOf(windows)), value: LOWEST });
    return combined(padded, windows, maximum);
  }
  const { kernelSize } = windows[0]!;
  const { stride, padding, pads, steps } = squareMotion(call, windows, (side) => 2 * side <= kernelSize);
  const padded = pad(x, { pads: imagePads(pads), value: LOWEST });
  return everyNth(maxPool2d(padded, { kernelSize, stride, padding }), steps);
}

function importAveragePool(call: NodeCall): Tensor {
  const x = call.tensor(0);
  const windows = poolWindows(call, x);
  const countsPadding = call.integer("count_include_pad", 0) === 1;
  if (!isSquare(windows)) {
    const sums = combined(pad(x, { pads: imagePads(padsOf(windows)) }), windows, add);
    return mul(sums, shares(windows, countsPadding, 1));
  }
  const { kernelSize } = windows[0]!;
  const { stride, padding, pads, steps } = squareMotion(
    call,
    windows,
    (side) => side === 0 || (!countsPadding && 2 * side <= kernelSize),
  );
  const padded = pad(x, { pads: imagePads(pads) });
  const means = everyNth(avgPool2d(padded, { kernelSize, stride, padding }), steps);
  if (pads.flat().every((side) => side === 0)) return means;
  // The mean was taken over zeros as well: the sum again, over the number of values that count.
  return mul(means, shares(windows, countsPadding, kernelSize ** 2));
}

/** Whether the engine has an operator for windows of this form. */
function isSquare(windows: readonly AxisWindow[]): boolean {
  const [first, second] = windows;
  const isPlain = windows.every(({ dilation }) => dilation === 1);
  return isPlain && windows.length === 2 && first!.kernelSize === second!.kernelSize;
}

const padsOf = (windows: readonly AxisWindow[]): readonly (readonly [number, number])[] =>
  windows.map(({ before, after }) => [before, after]);

/** What the values of each window give together, one axis after the other; `x` is padded already. */
function combined(
  x: Tensor,
  windows: readonly AxisWindow[],
  combine: (a: Tensor, b: Tensor) => Tensor,
): Tensor {
  return windows.reduce((y, window, index) => {
    const { kernelSize, dilation, stride } = window;
    const reach = (numWindows(window) - 1) * stride + 1;
    const taps = Array.from({ length: kernelSize }, (_, tap) => {
      const start = tap * dilation;
      return slice(y, { axis: 2 + index, start, end: start + reach, step: stride });
    });
    return taps.reduce(combine);
  }, x);
}

/** `total` over the number of values that each window counts, [1, 1, ...outputs]. */
function shares(windows: readonly PoolWindow[], countsPadding: boolean, total: number): Tensor {
  const counts = windows.map((window) => countsOf(window, countsPadding));
  const products = counts.reduce((some, more) => some.flatMap((a) => more.map((b) => a * b)), [1]);
  return constant(
    products.map((product) => total / product),
    [1, 1, ...counts.map(({ length }) => length)],
  );
}

/** A window of pooling, with the padding that `ceil_mode` adds. */
interface PoolWindow extends AxisWindow {
  /** Padding at the end that the node itself asks for, without that of `ceil_mode`. */
  readonly ownAfter: number;
}

function poolWindows(call: NodeCall, x: Tensor): readonly PoolWindow[] {
  const kernelSizes = call.integers("kernel_shape") ?? [];
  const sizes = x.shape.slice(2);
  if (kernelSizes.length === 0 || kernelSizes.length !== sizes.length) {
    throw call.refusal(
      "unsupported-attribute",
      `kernel_shape with one size for each of ${sizes.length} axes`,
      `[${kernelSizes.join(", ")}]`,
    );
  }
  const isCeil = call.integer("ceil_mode", 0) === 1;
  return windowsOf(call, sizes, kernelSizes).map((window) => ({
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

/** Number of places that a window takes. */
function numWindows(window: AxisWindow): number {
  const { inSize, stride, before, after } = window;
  return Math.floor((inSize + before + after - extentOf(window)) / stride) + 1;
}

/** Number of values of each window that a mean is over. */
function countsOf(window: PoolWindow, countsPadding: boolean): number[] {
  const { inSize, kernelSize, stride, dilation, before, ownAfter } = window;
  const [first, end] = countsPadding ? [-before, inSize + ownAfter] : [0, inSize];
  return Array.from({ length: numWindows(window) }, (_, index) => {
    const taps = Array.from({ length: kernelSize }, (__, tap) => index * stride - before + tap * dilation);
    return taps.filter((place) => place >= first && place < end).length;
  });
}

const spatialAxes = ({ shape }: Tensor): readonly number[] => shape.map((_, axis) => axis).slice(2);

/** Pooling of images, of sequences and of volumes. */
export const poolingOperators: OperatorTable = {
  MaxPool: { since: 1, build: importMaxPool },
  AveragePool: { since: 1, build: importAveragePool },
  GlobalAveragePool: {
    since: 1,
    build(call) {
      const x = call.tensor(0);
      return mean(x, { axes: spatialAxes(x), keepDims: true });
    },
  },
  GlobalMaxPool: {
    since: 1,
    build(call) {
      const x = call.tensor(0);
      return max(x, { axes: spatialAxes(x), keepDims: true });
    },
  },
};
