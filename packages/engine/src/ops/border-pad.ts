// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import { formatShape } from "../graph/dim.ts";
import { constant } from "../graph/leaves.ts";
import { placeOf } from "../graph/scope.ts";
import type { TensorType } from "../graph/tensor.ts";
import { scatterAddOp } from "./gather.ts";
import { checkDType } from "./infer.ts";

const NAME = "BorderPad";

/** Padding of one axis with values of the tensor itself. */
export interface BorderPadAttributes {
  /** Counted from the front. */
  readonly axis: number;
  readonly before: number;
  readonly after: number;
  /** `"reflect"` mirrors at the first and last element, which are not repeated; `"edge"` repeats them. */
  readonly mode: "reflect" | "edge";
}

/** One axis with values of the tensor itself around it. */
export const borderPadOp: Op<BorderPadAttributes> = defineOp({
  name: NAME,
  infer([x], attrs) {
    checkDType(NAME, x!, ["float32"]);
    const { axis, before, after } = attrs;
    return [{ shape: x!.shape.with(axis, paddedSize(x!, attrs) + before + after), dtype: x!.dtype }];
  },
  // y_i = x_{source(i)}: every gradient goes back to the place its value was read from.
  vjp: ({ inputs: [x], grad, attrs }) => [
    scatterAddOp.call([grad, constant(sourcesOf(x!, attrs), undefined, "int64"), x!], { axis: attrs.axis }),
  ],
  emit(onnx, [x], { inputs: [type], attrs: { axis, before, after, mode } }) {
    const counts = (count: number): number[] => type!.shape.map((_, other) => (other === axis ? count : 0));
    return onnx.node("Pad", [x!, onnx.ints([...counts(before), ...counts(after)])], { mode });
  },
});

/** Place on the axis that every element of the padded axis is read from. */
function sourcesOf(x: TensorType, attrs: BorderPadAttributes): number[] {
  const { before, after, mode } = attrs;
  const last = paddedSize(x, attrs) - 1;
  return Array.from({ length: before + last + 1 + after }, (_, out) => {
    const place = out - before;
    if (mode === "edge") return Math.min(Math.max(place, 0), last);
    return last - Math.abs(last - Math.abs(place));
  });
}

/** Size of the axis before padding. */
function paddedSize({ shape }: TensorType, { axis, before, after, mode }: BorderPadAttributes): number {
  const size = shape[axis]!;
  if (typeof size !== "number") {
    throw new ShapeError({
      code: "symbolic-size",
      where: placeOf(NAME),
      expected: "an axis whose size is a number",
      actual: `axis ${axis} of ${formatShape(shape)}`,
    });
  }
  const most = mode === "reflect" ? size - 1 : Infinity;
  if ([before, after].some((count) => !(Number.isInteger(count) && count >= 0 && count <= most))) {
    throw new ShapeError({
      code: "pads",
      where: placeOf(NAME),
      expected:
        mode === "reflect" ? `counts of 0 to ${most}, one less than the axis has` : "counts of at least 0",
      actual: `${before} and ${after} on axis ${axis} of ${formatShape(shape)}`,
    });
  }
  return size;
}
