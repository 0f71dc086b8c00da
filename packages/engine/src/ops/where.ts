// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import { broadcastShapes } from "../graph/dim.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import { broadcastTypes, checkDType } from "./infer.ts";
import type { Operand } from "./operand.ts";
import { operands } from "./operand.ts";
import type { NoAttributes } from "./pointwise.ts";

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
