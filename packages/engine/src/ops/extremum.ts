// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { mul, sub } from "./arithmetic.ts";
import { cast } from "./cast.ts";
import { greater, less } from "./compare.ts";
import { broadcastTypes, checkDType } from "./infer.ts";
import type { Operand } from "./operand.ts";
import { operands } from "./operand.ts";
import type { NoAttributes } from "./pointwise.ts";

/** Operator of {@link minimum}. */
export const minimumOp: Op<NoAttributes> = extremum("Min", less);

/** Operator of {@link maximum}. */
export const maximumOp: Op<NoAttributes> = extremum("Max", greater);

/**
 * `y = min(a, b)` elementwise, shapes broadcast. Where both are equal the gradient goes to `b`.
 *
 * @throws ShapeError `broadcast` when sizes disagree
 */
export function minimum(a: Operand, b: Operand): Tensor {
  return minimumOp.call(operands(a, b), {});
}

/**
 * `y = max(a, b)` elementwise, shapes broadcast. Where both are equal the gradient goes to `b`.
 *
 * @throws ShapeError `broadcast` when sizes disagree
 */
export function maximum(a: Operand, b: Operand): Tensor {
  return maximumOp.call(operands(a, b), {});
}

function extremum(name: "Min" | "Max", isChosen: (a: Tensor, b: Tensor) => Tensor): Op<NoAttributes> {
  return defineOp({
    name,
    infer([a, b]) {
      checkDType(name, a!, ["float32"]);
      return [broadcastTypes(name, a!, b!)];
    },
    vjp({ inputs: [a, b], grad }) {
      const da = mul(grad, cast(isChosen(a!, b!), "float32"));
      return [da, sub(grad, da)];
    },
    emit: (onnx, inputs) => onnx.node(name, inputs),
  });
}
