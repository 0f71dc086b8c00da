// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import { broadcastShapes } from "../graph/dim.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Operand } from "./infer.ts";
import { broadcastTypes, checkDType, operands } from "./infer.ts";
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

/** Operator of {@link where}. */
export const whereOp: Op<NoAttributes> = defineOp({
  name: "Where",
  infer([condition, a, b]) {
    checkDType("Where", condition!, ["bool"]);
    const { shape, dtype } = broadcastTypes("Where", a!, b!);
    return [{ shape: broadcastShapes(placeOf("Where"), condition!.shape, shape), dtype }];
  },
  vjp: ({ inputs: [condition], grad }) => [null, where(condition!, grad, 0), where(condition!, 0, grad)],
  emit: (onnx, inputs) => onnx.node("Where", inputs),
});

/**
 * `y = condition ? a : b` elementwise, shapes broadcast. The side not taken gets gradient zero.
 *
 * @param condition - bool
 * @throws ShapeError `dtype` when the condition is not bool, `broadcast` when sizes disagree
 */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  return whereOp.call([condition, ...operands(a, b)], {});
}
