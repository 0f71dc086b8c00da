// SPDX-License-Identifier: Apache-2.0
import type { Op, OpDefinition, VjpContext } from "../graph/define-op.ts";
import { defineOp } from "../graph/define-op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { checkDType } from "./infer.ts";

/** Operators without attributes. */
export type NoAttributes = Readonly<Record<string, never>>;

/**
 * An operator `y_i = f(x_i)` on float32, of the shape of its one input.
 *
 * @param name - name of the operator, and of the ONNX operator unless `emit` says otherwise
 * @param gradient - gradient of x, or `"zero"`
 */
export function pointwise<A extends object = NoAttributes>(
  name: string,
  gradient: ((context: VjpContext<A>) => Tensor) | "zero",
  emit: OpDefinition<A>["emit"] = (onnx, inputs) => onnx.node(name, inputs),
): Op<A> {
  const op: Op<A> = defineOp<A>({
    name,
    infer([x]) {
      checkDType(name, x!, ["float32"]);
      return [{ shape: x!.shape, dtype: x!.dtype }];
    },
    vjp: gradient === "zero" ? gradient : (context) => [gradient(context)],
    emit,
    join: {
      numMaps: 1,
      apply: ({ maps, reads }, attrs) => (reads === "own channels" ? op.apply(maps, attrs) : null),
    },
  });
  return op;
}
