// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { broadcastTypes } from "./infer.ts";
import type { Operand } from "./operand.ts";
import { operands } from "./operand.ts";
import type { NoAttributes } from "./pointwise.ts";

type Comparison = Op<NoAttributes>;

/** Operator of {@link equal}. */
export const equalOp: Comparison = comparison("Equal");

/** Operator of {@link greater}. */
export const greaterOp: Comparison = comparison("Greater");

/** Operator of {@link less}. */
export const lessOp: Comparison = comparison("Less");

/** `a = b` elementwise as bool, shapes broadcast. The gradient is zero. */
export function equal(a: Operand, b: Operand): Tensor {
  return equalOp.call(operands(a, b), {});
}

/** `a > b` elementwise as bool, shapes broadcast. The gradient is zero. */
export function greater(a: Operand, b: Operand): Tensor {
  return greaterOp.call(operands(a, b), {});
}

/** `a < b` elementwise as bool, shapes broadcast. The gradient is zero. */
export function less(a: Operand, b: Operand): Tensor {
  return lessOp.call(operands(a, b), {});
}

function comparison(name: "Equal" | "Greater" | "Less"): Comparison {
  return defineOp({
    name,
    infer: ([a, b]) => [{ shape: broadcastTypes(name, a!, b!).shape, dtype: "bool" }],
    vjp: "zero",
    emit: (onnx, inputs) => onnx.node(name, inputs),
  });
}
