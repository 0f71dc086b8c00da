// SPDX-License-Identifier: Apache-2.0
import { constant, gather, pad, reshape, slice } from "@semlink/engine";
import type { Dim, Tensor } from "@semlink/engine";
import type { NodeCall } from "../node-call.ts";
import { axisOf, indicesOf, sliceRanges } from "./axes.ts";
import type { AxisRange } from "./axes.ts";
import type { OperatorTable } from "./operator.ts";

// Exporters write the largest integer of some width, or their own constant, for "to the end".
const BEYOND_ANY_AXIS = 2 ** 31 - 1;

function importSlice(call: NodeCall): Tensor {
  const x = call.tensor(0);
  return sliceRanges(call, x.shape.length).reduce<Tensor>((y, range) => sliceAxis(call, y, range), x);
}

function sliceAxis(call: NodeCall, x: Tensor, { axis, start, end, step }: AxisRange): Tensor {
  const size = x.shape[axis]!;
  if (typeof size === "number" && typeof start === "number" && typeof end === "number") {
    const indices = indicesOf(start, end, step, size);
    if (step < 0) return gather(x, constant(indices, [indices.length], "int64"), { axis });
    return slice(x, { axis, start: indices[0] ?? 0, end: (indices.at(-1) ?? -1) + 1, step });
  }
  if (start === 0 && step === 1 && (end === size || reachesAnyEnd(end))) return x;
  throw call.refusal("symbolic-size", `numbers as bounds of axis ${axis}`, `${start} to ${end} of ${size}`);
}

function reachesAnyEnd(end: Dim): boolean {
  return typeof end === "number" && end >= BEYOND_ANY_AXIS;
}

/** A single known index is a slice, whose gradient is cheaper than that of Gather. */
function importGather(call: NodeCall): Tensor {
  const x = call.tensor(0);
  const axis = axisOf(call, x.shape.length, 0);
  const size = x.shape[axis]!;
  if (call.values[1]?.kind !== "known") return gather(x, call.tensor(1), { axis });
  const { shape } = call.known(1);
  const indices = call.numbers(1).map((index) => {
    if (index >= 0) return index;
    if (typeof size === "number") return index + size;
    throw call.refusal("symbolic-size", "indices from the front", `${index} of ${size}`);
  });
  const [first] = indices;
  if (shape.length === 0 && typeof size === "number") {
    return reshape(slice(x, { axis, start: first!, end: first! + 1 }), x.shape.toSpliced(axis, 1));
  }
  return gather(x, constant(indices, shape, "int64"), { axis });
}

/** Padding with a constant or with the border's own values; negative counts cut off. */
function importPad(call: NodeCall): Tensor {
  const mode = call.text("mode", "constant");
  if (mode !== "constant" && mode !== "edge" && mode !== "reflect") {
    throw call.refusal("unsupported-attribute", "mode constant, edge or reflect", mode);
  }
  const x = call.tensor(0);
  const counts = call.integersFrom(1, "pads") ?? [];
  const value = call.has(2) ? call.number(2) : call.float("value", 0);
  const axes = call.has(3) ? call.numbers(3) : x.shape.map((_, axis) => axis);
  const pads = x.shape.map((_, axis): readonly [number, number] => {
    const place = axes.findIndex((other) => (other < 0 ? other + x.shape.length : other) === axis);
    return place < 0 ? [0, 0] : [counts[place]!, counts[place + axes.length]!];
  });
  const grown = pad(x, {
    pads: pads.map(([before, after]) => [Math.max(0, before), Math.max(0, after)]),
    mode,
    value,
  });
  return pads.reduce((y, [before, after], axis) => {
    if (before >= 0 && after >= 0) return y;
    const size = y.shape[axis]!;
    if (typeof size !== "number") throw call.refusal("symbolic-size", "a known size to cut", size);
    return slice(y, { axis, start: Math.max(0, -before), end: size - Math.max(0, -after) });
  }, grown);
}

/** Operators that take a part of a tensor, or add to its edges. */
export const selectionOperators: OperatorTable = {
  Slice: { since: 1, build: importSlice },
  Gather: { since: 1, build: importGather },
  // In set 1 the attribute is `paddings`.
  Pad: { since: 2, build: importPad, settings: [2] },
};
