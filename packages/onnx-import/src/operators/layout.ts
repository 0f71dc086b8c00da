// SPDX-License-Identifier: Apache-2.0
import {
  broadcastShapes,
  cast,
  concat,
  constant,
  expandLike,
  gather,
  isStatic,
  mul,
  placeOf,
  productOf,
  reshape,
  split,
  transpose,
} from "@semlink/engine";
import type { Dim, DType, Shape, Tensor } from "@semlink/engine";
import type { NodeCall } from "../node-call.ts";
import { known } from "../values.ts";
import type { KnownValue } from "../values.ts";
import { axisOf, reshapedShape, squeezedShape, unsqueezedShape } from "./axes.ts";
import type { Importer, ImporterTable } from "./operator.ts";

const reshaped =
  (shapeOf: (call: NodeCall, from: Shape) => Shape): Importer =>
  (call) => {
    const x = call.tensor(0);
    return reshape(x, shapeOf(call, x.shape));
  };

function flattenedShape(call: NodeCall, from: Shape): Shape {
  const axis = call.integer("axis", 1);
  const first = axis < 0 ? axis + from.length : axis;
  return [productOf(from.slice(0, first)), productOf(from.slice(first))];
}

function importShape(call: NodeCall): KnownValue {
  const shape = call.shape(0);
  const end = call.node.attributes.has("end") ? call.integer("end", 0) : shape.length;
  const sizes = shape.slice(call.integer("start", 0), end);
  return known("int64", [sizes.length], sizes);
}

function importSplit(call: NodeCall): readonly Tensor[] {
  const x = call.tensor(0);
  const axis = axisOf(call, x.shape.length, 0);
  const sizes = call.integersFrom(1, "split");
  if (sizes !== null) return split(x, { axis, sizes });
  const numParts = call.node.outputs.length;
  const size = x.shape[axis]!;
  if (typeof size !== "number" || size % numParts === 0) return split(x, { axis, sizes: numParts });
  const part = Math.ceil(size / numParts);
  const rest = size - part * (numParts - 1);
  return split(x, { axis, sizes: [...new Array<number>(numParts - 1).fill(part), rest] });
}

function importConstant(call: NodeCall): KnownValue {
  const value = call.carried();
  if (value !== null) return value;
  throw call.refusal("unsupported-attribute", "a tensor, numbers or a number", "another kind of constant");
}

function importConstantOfShape(call: NodeCall): KnownValue | Tensor {
  const { dtype, elements } = call.carried() ?? known("float32", [], [0]);
  const fill = elements[0] as number;
  const shape = call.dims(0);
  if (!isStatic(shape)) return expandTo(call, constant(fill, [], dtype), shape);
  const size = shape.reduce((product, dim) => product * dim, 1);
  return known(dtype, shape, new Array<number>(size).fill(fill));
}

function importDropout(call: NodeCall): Tensor {
  if (!call.has(2) || call.number(2) === 0) return call.tensor(0);
  throw call.refusal(
    "unsupported-attribute",
    "training_mode false",
    "true",
    "export the model for inference",
  );
}

/** Operators that arrange values and compute none, and those that tell sizes. */
export const layoutImporters: ImporterTable = {
  Constant: importConstant,
  ConstantOfShape: importConstantOfShape,
  Shape: importShape,
  Size: (call) => known("int64", [], [productOf(call.shape(0))]),
  Identity: (call) => call.tensor(0),
  Dropout: importDropout,
  Reshape: reshaped(reshapedShape),
  Flatten: reshaped(flattenedShape),
  Squeeze: reshaped(squeezedShape),
  Unsqueeze: reshaped(unsqueezedShape),
  Transpose: (call) => transpose(call.tensor(0), call.integers("perm") ?? undefined),
  Expand: (call) => expandTo(call, call.tensor(0), call.dims(1)),
  Concat: (call) => concat(call.tensors(), { axis: call.integer("axis", 0) }),
  Split: importSplit,
};

/**
 * `x` stretched to a shape, whose symbols must be sizes of the model's inputs.
 *
 * A product with ones along each stretched axis: operators that broadcast do the copying.
 *
 * @throws SemlinkError `symbolic-size` when no input has an axis of a symbolic size
 */
export function expandTo(call: NodeCall, x: Tensor, wanted: Shape): Tensor {
  if (x.dtype === "bool") return cast(expandTo(call, cast(x, "int32"), wanted), "bool");
  const shape = broadcastShapes(placeOf(call.node.type), x.shape, wanted);
  const missing = new Array<Dim>(shape.length - x.shape.length).fill(1);
  return shape.reduce<Tensor>(
    (y, dim, axis) => (y.shape[axis] === dim ? y : mul(y, onesAlong(call, shape, axis, x.dtype))),
    reshape(x, [...missing, ...x.shape]),
  );
}

/** Ones of a shape whose sizes are 1 but at one axis. */
function onesAlong(call: NodeCall, shape: Shape, axis: number, dtype: DType): Tensor {
  const size = shape[axis]!;
  const line = shape.map((dim, other) => (other === axis ? dim : 1));
  if (typeof size === "number") return constant(new Array<number>(size).fill(1), line as number[], dtype);
  const source = call.sources.find((tensor) => tensor.shape.includes(size));
  if (source === undefined) {
    throw call.refusal("symbolic-size", "sizes that are numbers or sizes of inputs", `"${size}"`);
  }
  return expandLike(constant(1, [], dtype), reshape(lineOf(source, source.shape.indexOf(size)), line));
}

/** The first elements along one axis: a tensor of that size alone. */
function lineOf(tensor: Tensor, axis: number): Tensor {
  const first = constant(0, [], "int64");
  const behind = tensor.shape
    .slice(axis + 1)
    .reduce((rest) => gather(rest, first, { axis: axis + 1 }), tensor);
  return tensor.shape.slice(0, axis).reduce((rest) => gather(rest, first), behind);
}
