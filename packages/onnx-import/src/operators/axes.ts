// SPDX-License-Identifier: Apache-2.0
import { divideDims, formatShape, normalizeAxis, placeOf, productOf } from "@semlink/engine";
import type { Dim, Shape } from "@semlink/engine";
import type { NodeCall } from "../node-call.ts";

// Shapes that layout operators give, the same for tensors of the graph and for known values.

/** The shape that a Reshape asks for: 0 copies a size (unless `allowzero`), -1 is what is left over. */
export function reshapedShape(call: NodeCall, from: Shape): Shape {
  const copies = call.integer("allowzero", 0) === 0;
  const dims = call.dims(1);
  const isWrong = dims.some((dim, axis) => dim === 0 && copies && from[axis] === undefined);
  const isNegative = dims.some((dim) => typeof dim === "number" && dim < -1);
  if (isWrong || isNegative || dims.filter((dim) => dim === -1).length > 1) {
    throw call.refusal("input-shape", "sizes of which at most one is -1", formatShape(dims));
  }
  const asked = dims.map((dim, axis) => (dim === 0 && copies ? from[axis]! : dim));
  const free = asked.indexOf(-1);
  if (free < 0) return asked;
  const rest = productOf(asked.filter((_, axis) => axis !== free));
  return asked.with(free, divideDims(productOf(from), rest, placeOf("Reshape")));
}

/** The shape without the axes of a Squeeze; without every axis of size 1 when it names none. */
export function squeezedShape(call: NodeCall, from: Shape): Shape {
  const axes = call
    .integersFrom(1, "axes")
    ?.map((axis) => normalizeAxis(placeOf("Squeeze"), axis, from.length));
  return from.filter((dim, axis) => (axes === undefined ? dim !== 1 : !axes.includes(axis)));
}

/** The shape with size 1 at the axes of an Unsqueeze, counted in the result. */
export function unsqueezedShape(call: NodeCall, from: Shape): Shape {
  const given = call.integersFrom(1, "axes") ?? [];
  const rank = from.length + given.length;
  const axes = given.map((axis) => normalizeAxis(placeOf("Unsqueeze"), axis, rank));
  if (new Set(axes).size < axes.length) {
    throw call.refusal("unsupported-attribute", "axes that differ", axes.join(", "));
  }
  const rest = [...from];
  return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!));
}

/** The axis attribute, counted from the front. */
export function axisOf(call: NodeCall, rank: number, otherwise: number): number {
  return normalizeAxis(placeOf(call.node.type), call.integer("axis", otherwise), rank);
}

/** One axis of a Slice. */
export interface AxisRange {
  readonly axis: number;
  readonly start: Dim;
  readonly end: Dim;
  readonly step: number;
}

/** The ranges of a Slice, inputs of newer operators and attributes of older ones. */
export function sliceRanges(call: NodeCall, rank: number): readonly AxisRange[] {
  const list = (input: number, attribute: string): readonly Dim[] =>
    call.has(input) ? call.dims(input) : (call.integers(attribute) ?? []);
  const starts = list(1, "starts");
  const ends = list(2, "ends");
  const axes = call.integersFrom(3, "axes") ?? starts.map((_, axis) => axis);
  const steps = call.has(4) ? call.numbers(4) : starts.map(() => 1);
  return starts.map((start, index) => ({
    axis: normalizeAxis(placeOf("Slice"), axes[index]!, rank),
    start,
    end: ends[index]!,
    step: steps[index]!,
  }));
}

/** Indices that a range takes of an axis: bounds count from the back when negative and stop at the ends. */
export function indicesOf(start: number, end: number, step: number, size: number): readonly number[] {
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const bound = (index: number): number => Math.min(high, Math.max(low, index < 0 ? index + size : index));
  const [from, to] = [bound(start), bound(end)];
  const length = Math.max(0, Math.ceil((to - from) / step));
  return Array.from({ length }, (_, position) => from + position * step);
}

/** Which places [row, column] a Trilu keeps: those from the k-th diagonal on, above or below. */
export function triangle(call: NodeCall): (row: number, column: number) => boolean {
  const k = call.has(1) ? call.number(1) : 0;
  const isUpper = call.integer("upper", 1) === 1;
  return (row, column) => (isUpper ? column - row >= k : column - row <= k);
}
