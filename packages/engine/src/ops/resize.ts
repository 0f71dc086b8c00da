// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import { formatShape } from "../graph/dim.ts";
import { constant } from "../graph/leaves.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor, TensorType } from "../graph/tensor.ts";
import type { Emitter, Value } from "../onnx/emitter.ts";
import { checkDType } from "./infer.ts";
import { matmul } from "./matmul.ts";

const NAME = "Resize";

/**
 * Where output `i` of `out` reads the `in` inputs of an axis: `"nearest"` at `⌊i · in / out⌋`, `"bilinear"` between
 * its neighbours at `(i + ½) · in / out − ½`, `"bilinear-align-corners"` at `i · (in − 1) / (out − 1)`.
 */
export type ResizeMode = "nearest" | "bilinear" | "bilinear-align-corners";

/** Size and interpolation of {@link resize}. */
export interface ResizeOptions {
  readonly height: number;
  readonly width: number;
  readonly mode: ResizeMode;
}

/** Operator of {@link resize}. */
export const resizeOp: Op<ResizeOptions> = defineOp({
  name: NAME,
  infer([x], { height, width }) {
    checkDType(NAME, x!, ["float32"]);
    imageSize(x!);
    if (![height, width].every((size) => Number.isInteger(size) && size >= 1)) {
      throw new ShapeError({
        code: "size",
        where: placeOf(NAME),
        expected: "a height and a width of at least 1",
        actual: `${height} x ${width}`,
      });
    }
    return [{ shape: [...x!.shape.slice(0, 2), height, width], dtype: x!.dtype }];
  },
  // y = R x Cᵀ for each channel, with one row of weights for each output row and column  ⇒  dx = Rᵀ dy C
  vjp({ inputs: [x], grad, attrs: { height, width, mode } }) {
    const [rows, columns] = imageSize(x!);
    const rowWeights = weightMatrix(mode, rows, height);
    const columnWeights = weightMatrix(mode, columns, width);
    return [matmul(transposedConstant(rowWeights), matmul(grad, plainConstant(columnWeights)))];
  },
  emit(onnx, [x], { inputs: [type], attrs: { height, width, mode } }) {
    const [rows, columns] = imageSize(type!);
    if (mode !== "nearest") {
      return resized(onnx, x!, [height, width], {
        mode: "linear",
        coordinate_transformation_mode: mode === "bilinear" ? "half_pixel" : "align_corners",
      });
    }
    // The runtime divides in float32, which is exact for whole factors; other places are computed here.
    if (height % rows === 0 && width % columns === 0) {
      return resized(onnx, x!, [height, width], {
        mode: "nearest",
        coordinate_transformation_mode: "asymmetric",
        nearest_mode: "floor",
      });
    }
    const taken = onnx.node("Gather", [x!, onnx.ints(nearestPlaces(rows, height))], { axis: 2 });
    return onnx.node("Gather", [taken, onnx.ints(nearestPlaces(columns, width))], { axis: 3 });
  },
});

/**
 * Images in another size, each axis on its own; see {@link ResizeMode} for the places that are read, which at the
 * border are moved inside. Shrinking takes no mean: places between those that are read have no influence.
 *
 * @param x - [batch, channels, height, width]; batch and channels may be symbols
 * @returns [batch, channels, height, width] of the options
 * @throws ShapeError `rank`, `symbolic-size`, `size`, `dtype`
 * @differs PyTorch calls the modes `nearest` and `bilinear`, the latter with or without `align_corners`.
 */
export function resize(x: Tensor, { height, width, mode }: ResizeOptions): Tensor {
  const [rows, columns] = imageSize(x);
  return rows === height && columns === width ? x : resizeOp.call([x], { height, width, mode });
}

function imageSize({ shape }: TensorType): readonly [height: number, width: number] {
  const [, , height, width] = shape;
  if (shape.length === 4 && typeof height === "number" && typeof width === "number") return [height, width];
  throw new ShapeError({
    code: shape.length === 4 ? "symbolic-size" : "rank",
    where: placeOf(NAME),
    expected: "[batch, channels, height, width] with numbers as height and width",
    actual: formatShape(shape),
  });
}

/** Weight of every input (column) in every output (row) of one axis. */
function weightMatrix(mode: ResizeMode, inSize: number, outSize: number): readonly (readonly number[])[] {
  return Array.from({ length: outSize }, (_, out) => {
    const weights = new Array<number>(inSize).fill(0);
    const place = placeRead(mode, out, inSize, outSize);
    const left = Math.floor(place);
    const right = Math.min(left + 1, inSize - 1);
    weights[left]! += left + 1 - place;
    weights[right]! += place - left;
    return weights;
  });
}

function placeRead(mode: ResizeMode, out: number, inSize: number, outSize: number): number {
  if (mode === "nearest") return Math.floor((out * inSize) / outSize);
  if (mode === "bilinear-align-corners") return outSize === 1 ? 0 : (out * (inSize - 1)) / (outSize - 1);
  return Math.min(Math.max(((out + 0.5) * inSize) / outSize - 0.5, 0), inSize - 1);
}

function nearestPlaces(inSize: number, outSize: number): readonly number[] {
  return Array.from({ length: outSize }, (_, out) => placeRead("nearest", out, inSize, outSize));
}

function plainConstant(rows: readonly (readonly number[])[]): Tensor {
  return constant(rows.flat(), [rows.length, rows[0]!.length]);
}

function transposedConstant(rows: readonly (readonly number[])[]): Tensor {
  return plainConstant(rows[0]!.map((_, column) => rows.map((row) => row[column]!)));
}

function resized(
  onnx: Emitter,
  x: Value,
  sizes: readonly number[],
  attributes: Readonly<Record<string, string>>,
): Value {
  return onnx.node(NAME, [x, null, null, onnx.ints(sizes)], { ...attributes, axes: [2, 3] });
}
