// SPDX-License-Identifier: Apache-2.0
import {
  broadcastShapes,
  cast,
  concat,
  constant,
  divideDims,
  expandLike,
  formatShape,
  gather,
  isStatic,
  mul,
  placeOf,
  productOf,
  reshape,
  split,
  transpose,
  where,
  zerosLike,
} from "@semlink/engine";
import type { Dim, DType, Shape, Tensor } from "@semlink/engine";
import type { NodeCall } from "../node-call.ts";
import { known, knownSize } from "../values.ts";
import type { KnownValue } from "../values.ts";
import { axisOf, reshapedShape, squeezedShape, triangle, unsqueezedShape } from "./axes.ts";
import type { Importer, OperatorTable } from "./operator.ts";

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
  return known(dtype, shape, new Array<number>(knownSize(shape)).fill(fill));
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

/** Copies of a tensor side by side, `repeats` of them along each axis. */
function importTile(call: NodeCall): Tensor {
  const x = call.tensor(0);
  const repeats = call.dims(1);
  if (repeats.length !== x.shape.length) {
    throw call.refusal("unsupported-attribute", `${x.shape.length} counts of copies`, `${repeats.length}`);
  }
  const apart = x.shape.flatMap((size) => [1, size]);
  const copied = x.shape.flatMap((size, axis) => [repeats[axis]!, size]);
  const result = x.shape.map((size, axis) => productOf([repeats[axis]!, size]));
  return reshape(expandTo(call, reshape(x, apart), copied), result);
}

/** The upper or lower triangle of matrices, zeros elsewhere. */
function importTrilu(call: NodeCall): Tensor {
  const x = call.tensor(0);
  const [rows, columns] = x.shape.slice(-2);
  if (typeof rows !== "number" || typeof columns !== "number") {
    throw call.refusal("symbolic-size", "matrices of known sizes", `[${x.shape.join(", ")}]`);
  }
  const isKept = triangle(call);
  const bits = Array.from({ length: rows * columns }, (_, at) =>
    isKept(Math.floor(at / columns), at % columns) ? 1 : 0,
  );
  return where(constant(bits, [rows, columns], "bool"), x, zerosLike(x));
}

/** Channels [batch, s² c, height, width] as positions [batch, c, s height, s width], blocks of side s. */
function importDepthToSpace(call: NodeCall): Tensor {
  const [x, side] = [call.tensor(0), call.integer("blocksize", 1)];
  const { batch, channels, height, width } = imageSizes(call, x);
  const perPlace = divideDims(channels, side * side, placeOf("DepthToSpace"));
  const mode = call.text("mode", "DCR");
  if (mode !== "DCR" && mode !== "CRD") throw call.refusal("unsupported-attribute", "mode DCR or CRD", mode);
  const blocks =
    mode === "DCR"
      ? transpose(reshape(x, [batch, side, side, perPlace, height, width]), [0, 3, 4, 1, 5, 2])
      : transpose(reshape(x, [batch, perPlace, side, side, height, width]), [0, 1, 4, 2, 5, 3]);
  return reshape(blocks, [batch, perPlace, productOf([height, side]), productOf([width, side])]);
}

/** Positions [batch, c, s height, s width] as channels [batch, s² c, height, width], blocks of side s. */
function importSpaceToDepth(call: NodeCall): Tensor {
  const [x, side] = [call.tensor(0), call.integer("blocksize", 1)];
  const { batch, channels, height, width } = imageSizes(call, x);
  const rows = divideDims(height, side, placeOf("SpaceToDepth"));
  const columns = divideDims(width, side, placeOf("SpaceToDepth"));
  const blocks = reshape(x, [batch, channels, rows, side, columns, side]);
  const inOrder = transpose(blocks, [0, 3, 5, 1, 2, 4]);
  return reshape(inOrder, [batch, productOf([channels, side * side]), rows, columns]);
}

function imageSizes(
  call: NodeCall,
  { shape }: Tensor,
): Record<"batch" | "channels" | "height" | "width", Dim> {
  const [batch, channels, height, width] = shape;
  if (shape.length === 4) return { batch: batch!, channels: channels!, height: height!, width: width! };
  throw call.refusal(
    "unsupported-attribute",
    "images [batch, channels, height, width]",
    `rank ${shape.length}`,
  );
}

/** Operators that arrange values and compute none, and those that tell sizes. */
export const layoutOperators: OperatorTable = {
  Constant: { since: 1, build: importConstant },
  ConstantOfShape: { since: 9, build: importConstantOfShape },
  Shape: { since: 1, build: importShape },
  Size: { since: 1, build: (call) => known("int64", [], [productOf(call.shape(0))]) },
  Identity: { since: 1, build: (call) => call.tensor(0) },
  // Up to set 6 `is_test` decides about training, and training is what is meant without it.
  Dropout: { since: 7, build: importDropout, settings: [1, 2] },
  // Up to set 4 the shape is an attribute.
  Reshape: { since: 5, build: reshaped(reshapedShape) },
  Flatten: { since: 1, build: reshaped(flattenedShape) },
  Squeeze: { since: 1, build: reshaped(squeezedShape) },
  Unsqueeze: { since: 1, build: reshaped(unsqueezedShape) },
  Transpose: { since: 1, build: (call) => transpose(call.tensor(0), call.integers("perm") ?? undefined) },
  Expand: { since: 8, build: (call) => expandTo(call, call.tensor(0), call.dims(1)) },
  // In set 1 tiles and axis are two inputs.
  Tile: { since: 6, build: importTile },
  Trilu: { since: 14, build: importTrilu },
  DepthToSpace: { since: 1, build: importDepthToSpace },
  SpaceToDepth: { since: 1, build: importSpaceToDepth },
  // Up to set 3 the axis is 1 where it is left out.
  Concat: { since: 4, build: (call) => concat(call.tensors(), { axis: call.integer("axis", 0) }) },
  // In set 1 the sizes are an input.
  Split: { since: 2, build: importSplit },
};

/**
 * `x` stretched to a shape, whose symbols must be sizes of the model's inputs.
 *
 * A product with ones along each stretched axis: operators that broadcast do the copying.
 *
 * @throws SemlinkError `symbolic-size` when no input has an axis of a symbolic size
 */
export function expandTo(call: NodeCall, x: Tensor, wanted: Shape): Tensor {
  if (wanted.some((dim) => typeof dim === "number" && dim < 0)) {
    throw call.refusal("input-shape", "sizes of at least 0", formatShape(wanted));
  }
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
  if (typeof size === "number") {
    return constant(new Array<number>(knownSize([size])).fill(1), line as number[], dtype);
  }
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
