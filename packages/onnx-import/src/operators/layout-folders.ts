// SPDX-License-Identifier: Apache-2.0
import { formatShape, productOf } from "@semlink/engine";
import type { Dim, Shape } from "@semlink/engine";
import type { NodeCall } from "../node-call.ts";
import { elementOf, known, knownSize, tabulateKnown } from "../values.ts";
import type { KnownValue } from "../values.ts";
import {
  axisOf,
  indicesOf,
  reshapedShape,
  sliceRanges,
  squeezedShape,
  triangle,
  unsqueezedShape,
} from "./axes.ts";
import type { Folder, FolderTable } from "./operator.ts";
import { broadcastSizes } from "./size-arithmetic.ts";

/** The same elements under another shape. */
function reshaped(shapeOf: (call: NodeCall, from: Shape) => Shape): Folder {
  return (call) => {
    const { dtype, shape, elements } = call.known(0);
    const result = shapeOf(call, shape) as readonly number[];
    if (knownSize(result) === elements.length) return known(dtype, result, elements);
    throw call.refusal("input-shape", `sizes of ${elements.length} elements`, formatShape(result));
  };
}

/** Elements of one axis by index; an index of no axes takes the axis away. */
function taken(
  value: KnownValue,
  axis: number,
  indexShape: readonly number[],
  indices: readonly number[],
): KnownValue {
  const { dtype, shape } = value;
  const result = [...shape.slice(0, axis), ...indexShape, ...shape.slice(axis + 1)];
  const picks = known("int64", indexShape, indices);
  return tabulateKnown(dtype, result, (index) => {
    const pick = elementOf(picks, index.slice(axis, axis + indexShape.length)) as number;
    return elementOf(value, [
      ...index.slice(0, axis),
      pick < 0 ? pick + shape[axis]! : pick,
      ...index.slice(axis + indexShape.length),
    ]);
  });
}

function foldGather(call: NodeCall): KnownValue {
  const value = call.known(0);
  return taken(value, axisOf(call, value.shape.length, 0), call.known(1).shape, call.numbers(1));
}

function foldSlice(call: NodeCall): KnownValue {
  const value = call.known(0);
  return sliceRanges(call, value.shape.length).reduce((rest, { axis, start, end, step }) => {
    if (typeof start !== "number" || typeof end !== "number") {
      throw call.refusal("symbolic-size", "bounds that are numbers", `${start} to ${end}`);
    }
    const indices = indicesOf(start, end, step, rest.shape[axis]!);
    return taken(rest, axis, [indices.length], indices);
  }, value);
}

function foldConcat(call: NodeCall): KnownValue {
  const parts = call.values.map((_, index) => call.known(index));
  const [first] = parts;
  const axis = axisOf(call, first!.shape.length, 0);
  const sizes = parts.map(({ shape }) => shape[axis]!);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return tabulateKnown(first!.dtype, first!.shape.with(axis, total), (index) => {
    let offset = index[axis]!;
    let part = 0;
    while (offset >= sizes[part]!) offset -= sizes[part++]!;
    return elementOf(parts[part]!, index.with(axis, offset));
  });
}

function foldTranspose(call: NodeCall): KnownValue {
  const value = call.known(0);
  const perm = call.integers("perm") ?? value.shape.map((_, axis) => axis).reverse();
  return tabulateKnown(
    value.dtype,
    perm.map((axis) => value.shape[axis]!),
    (index) =>
      elementOf(
        value,
        value.shape.map((_, axis) => index[perm.indexOf(axis)]!),
      ),
  );
}

function foldExpand(call: NodeCall): KnownValue {
  const value = call.known(0);
  return tabulateKnown(value.dtype, broadcastSizes(value.shape, call.numbers(1)), (index) =>
    elementOf(value, index),
  );
}

function foldTile(call: NodeCall): KnownValue {
  const value = call.known(0);
  const repeats = call.numbers(1);
  const result = value.shape.map((size, axis) => size * (repeats[axis] ?? 1));
  return tabulateKnown(value.dtype, result, (index) =>
    elementOf(
      value,
      index.map((place, axis) => place % value.shape[axis]!),
    ),
  );
}

function foldTrilu(call: NodeCall): KnownValue {
  const value = call.known(0);
  const isKept = triangle(call);
  return tabulateKnown(value.dtype, value.shape, (index) =>
    isKept(index.at(-2)!, index.at(-1)!) ? elementOf(value, index) : 0,
  );
}

// Shape arithmetic multiplies all sizes of a vector.
function foldProduct(call: NodeCall): KnownValue {
  const { dtype, shape } = call.known(0);
  if (shape.length > 1 && call.integersFrom(1, "axes") !== null) {
    throw call.refusal(
      "unsupported-attribute",
      "the product of a vector or of everything",
      "axes of a matrix",
    );
  }
  const isKept = call.integer("keepdims", 1) === 1;
  const product: Dim = productOf(call.dims(0));
  return known(dtype, isKept ? shape.map(() => 1) : [], [product]);
}

/** Layout of values that are known while the graph is built. */
export const layoutFolders: FolderTable = {
  Reshape: reshaped(reshapedShape),
  Squeeze: reshaped(squeezedShape),
  Unsqueeze: reshaped(unsqueezedShape),
  Identity: (call) => call.known(0),
  Gather: foldGather,
  Slice: foldSlice,
  Concat: foldConcat,
  Transpose: foldTranspose,
  Expand: foldExpand,
  Tile: foldTile,
  Trilu: foldTrilu,
  ReduceProd: foldProduct,
};
