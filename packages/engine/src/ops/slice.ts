// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import type { Shape } from "../graph/dim.ts";
import { formatShape, normalizeAxis } from "../graph/dim.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import { borderPadOp } from "./border-pad.ts";
import { checkDType } from "./infer.ts";
import { reshape } from "./layout.ts";

/** Which part of one axis to take: every `step`-th element of `[start, end)`. */
export interface SliceOptions {
  readonly axis: number;
  /** First element, counted from the back when negative; 0 if left out. */
  readonly start?: number;
  /** One behind the last element, counted from the back when negative; the size of the axis if left out. */
  readonly end?: number;
  /** At least 1. */
  readonly step?: number;
}

/** How many elements to add on each side of an axis. */
export interface PadOptions {
  /** `[before, after]` for each axis. */
  readonly pads: readonly (readonly [before: number, after: number])[];
  /**
   * `"constant"` fills with a value, `"edge"` repeats the first and last element, `"reflect"` mirrors at them without
   * repeating them; constant if left out.
   */
  readonly mode?: "constant" | "edge" | "reflect";
  /** What to fill with in constant mode, 0 if left out. */
  readonly value?: number;
}

/** Attributes of {@link padOp}. */
export type ConstantPad = Required<Omit<PadOptions, "mode">>;

/** `axis`, `start` and `end` counted from the front. */
export const sliceOp: Op<Required<SliceOptions>> = defineOp({
  name: "Slice",
  infer([x], { axis, start, end, step }) {
    const size = knownSize("Slice", x!.shape, axis);
    if (!(start >= 0 && start < end && end <= size && Number.isInteger(step) && step >= 1)) {
      throw new ShapeError({
        code: "slice-range",
        where: placeOf("Slice"),
        expected: `a range inside 0 to ${size} with a step of at least 1`,
        actual: `${start} to ${end} with step ${step}`,
      });
    }
    return [{ shape: x!.shape.with(axis, Math.ceil((end - start) / step)), dtype: x!.dtype }];
  },
  vjp: ({ inputs: [x], grad, attrs }) => [sliceGradient(x!.shape, grad, attrs)],
  emit: (onnx, [x], { attrs: { axis, start, end, step } }) =>
    onnx.node("Slice", [x!, ...[[start], [end], [axis], [step]].map((value) => onnx.ints(value))]),
});

/** Operator of {@link pad} in constant mode. */
export const padOp: Op<ConstantPad> = defineOp({
  name: "Pad",
  infer([x], { pads }) {
    checkDType("Pad", x!, ["float32"]);
    checkPads(x!.shape, pads);
    const shape = x!.shape.map((dim, axis) => {
      const [before, after] = pads[axis]!;
      return before + after === 0 ? dim : knownSize("Pad", x!.shape, axis) + before + after;
    });
    return [{ shape, dtype: x!.dtype }];
  },
  vjp: ({ inputs: [x], grad, attrs: { pads } }) => [
    pads.reduce((rest, [before, after], axis) => {
      const size = x!.shape[axis]!;
      if (before + after === 0 || typeof size !== "number") return rest;
      return slice(rest, { axis, start: before, end: before + size });
    }, grad),
  ],
  emit: (onnx, [x], { attrs: { pads, value } }) => {
    const counts = [...pads.map(([before]) => before), ...pads.map(([, after]) => after)];
    return onnx.node("Pad", [x!, onnx.ints(counts), onnx.scalar(value)]);
  },
});

/**
 * Part of one axis: `y_i = x_{start + i·step}`.
 *
 * @param x - [..., size, ...]
 * @returns [..., ceil((end − start) / step), ...]
 * @throws ShapeError `slice-range` when the range is empty or leaves the axis, `symbolic-size` when the size of the
 * axis is known only at run time, `axis-out-of-range`
 */
export function slice(x: Tensor, options: SliceOptions): Tensor {
  const axis = normalizeAxis(placeOf("Slice"), options.axis, x.shape.length);
  const size = knownSize("Slice", x.shape, axis);
  const fromFront = (index: number): number => (index < 0 ? index + size : index);
  const { step = 1 } = options;
  const [start, end] = [fromFront(options.start ?? 0), fromFront(options.end ?? size)];
  return start === 0 && end === size && step === 1 ? x : sliceOp.call([x], { axis, start, end, step });
}

/**
 * `x` with values added around it: a constant, or its own values at the border.
 *
 * @param x - [...]
 * @returns [before_0 + size_0 + after_0, ...]
 * @throws ShapeError `pads` unless there is a pair of counts for each axis (when reflecting, less than the axis has),
 * `symbolic-size` when the size of a padded axis is known only at run time
 */
export function pad(x: Tensor, { pads, mode = "constant", value = 0 }: PadOptions): Tensor {
  checkPads(x.shape, pads);
  const isPadded = ([before, after]: readonly [number, number]): boolean => before + after > 0;
  if (!pads.some(isPadded)) return x;
  if (mode === "constant") return padOp.call([x], { pads, value });
  return pads.reduce(
    (padded, [before, after], axis) =>
      isPadded([before, after]) ? borderPadOp.call([padded], { axis, before, after, mode }) : padded,
    x,
  );
}

function checkPads(shape: Shape, pads: PadOptions["pads"]): void {
  if (pads.length === shape.length && pads.flat().every((count) => Number.isInteger(count) && count >= 0)) {
    return;
  }
  throw new ShapeError({
    code: "pads",
    where: placeOf("Pad"),
    expected: `a pair of counts for each axis of ${formatShape(shape)}`,
    actual: JSON.stringify(pads),
  });
}

/** Zeros of the input's shape with the gradient in the places that were taken. */
function sliceGradient(shape: Shape, grad: Tensor, { axis, start, step }: Required<SliceOptions>): Tensor {
  const size = knownSize("Slice", shape, axis);
  const spread = step === 1 ? grad : interleaveZeros(grad, axis, step);
  const length = Math.min(knownSize("Slice", spread.shape, axis), size - start);
  const placed = slice(spread, { axis, end: length });
  const after = size - start - length;
  return pad(placed, { pads: shape.map((_, other) => (other === axis ? [start, after] : [0, 0])) });
}

/** `step − 1` zeros behind every element of the axis. */
function interleaveZeros(x: Tensor, axis: number, step: number): Tensor {
  const columns = reshape(x, x.shape.toSpliced(axis + 1, 0, 1));
  const padded = pad(columns, {
    pads: columns.shape.map((_, other) => [0, other === axis + 1 ? step - 1 : 0]),
  });
  return reshape(padded, x.shape.with(axis, knownSize("Slice", x.shape, axis) * step));
}

function knownSize(name: string, shape: Shape, axis: number): number {
  const size = shape[normalizeAxis(placeOf(name), axis, shape.length)]!;
  if (typeof size === "number") return size;
  throw new ShapeError({
    code: "symbolic-size",
    where: placeOf(name),
    expected: "an axis whose size is a number",
    actual: `axis ${axis} of ${formatShape(shape)}`,
    hint: "split takes equal parts of an axis of unknown size",
  });
}
