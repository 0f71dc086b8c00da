// SPDX-License-Identifier: Apache-2.0
import type { Dim, Shape } from "../graph/dim.ts";
import { broadcastShapes } from "../graph/dim.ts";
import { constant } from "../graph/leaves.ts";
import { placeOf } from "../graph/scope.ts";
import type { DType, Tensor } from "../graph/tensor.ts";
import { cast, expandLike, gather, mul, reshape } from "../ops/index.ts";
import type { NodeCall } from "./node-call.ts";

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
