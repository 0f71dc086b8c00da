// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../graph/define-op.ts";
import { mapElements } from "../testing/float64-tensor.ts";
import type { Domain, OpCases, OpErrorSample } from "../testing/op-cases.ts";
import type { NoAttributes } from "./pointwise.ts";

/** Cases of an operator `y_i = f(x_i)` without attributes. */
export function pointwiseCases(
  op: Op<NoAttributes>,
  f: (x: number) => number,
  domain: Domain = {},
  furtherSamples: OpCases<NoAttributes>["samples"] = [],
): OpCases<NoAttributes> {
  return {
    op,
    reference: ([x]) => [mapElements(x!, f)],
    samples: [
      { name: "a matrix", shapes: [[2, 3]], attrs: {}, domain },
      { name: "more than 32 elements", shapes: [[5, 2, 4]], attrs: {}, domain },
      ...furtherSamples,
    ],
    errors: [integersRejected({})],
  };
}

/** The error sample of operators that take float32 only. */
export function integersRejected<A extends object>(attrs: A, numInputs = 1): OpErrorSample<A> {
  return {
    name: "integers are no floats",
    shapes: Array.from({ length: numInputs }, () => [2, 3]),
    attrs,
    dtypes: Array.from({ length: numInputs }, () => "int32" as const),
    code: "dtype",
    message: /expected a tensor of float32, got int32 \(convert it with cast\)/,
  };
}
