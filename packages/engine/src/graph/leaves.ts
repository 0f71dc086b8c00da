// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import type { Shape } from "./dim.ts";
import { formatShape } from "./dim.ts";
import { currentScope, placeOf } from "./scope.ts";
import type { DType, GraphNode, RandomKind, Tensor } from "./tensor.ts";

/** A leaf tensor made by `node`. */
export function leaf(node: GraphNode, shape: Shape, dtype: DType): Tensor {
  return { node, outputIndex: 0, shape, dtype };
}

/**
 * A value fed at every run, named as in the ONNX model. Sizes may be symbols: `input("x", ["batch", 3, 32, 32])`.
 */
export function input(name: string, shape: Shape, dtype: DType = "float32"): Tensor {
  return leaf({ kind: "input", name, random: null, scope: currentScope() }, shape, dtype);
}

/**
 * A float input that the training loop fills with random numbers addressed by (seed, name, step): noise, masks.
 * The graph holds no generator, so a run is a function of its seed.
 */
export function randomInput(name: string, shape: Shape, random: RandomKind): Tensor {
  return leaf({ kind: "input", name, random, scope: currentScope() }, shape, "float32");
}

/**
 * A value fixed when the graph is built, row-major.
 *
 * @throws ShapeError `constant-size` when the number of values is not that of the shape
 */
export function constant(
  data: number | readonly number[],
  shape: readonly number[] = typeof data === "number" ? [] : [data.length],
  dtype: DType = "float32",
): Tensor {
  const values = typeof data === "number" ? [data] : data;
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (values.length !== size) {
    throw new ShapeError({
      code: "constant-size",
      where: placeOf("constant"),
      expected: `${size} values for shape ${formatShape(shape)}`,
      actual: `${values.length} values`,
    });
  }
  return leaf({ kind: "constant", data: values, scope: currentScope() }, shape, dtype);
}
