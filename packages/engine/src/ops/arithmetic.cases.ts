// SPDX-License-Identifier: Apache-2.0
import type { AnyOpCases } from "../testing/op-cases.ts";
import { addOp, divOp, mulOp, negOp, subOp } from "./arithmetic.ts";
import { binaryCases, pointwiseCases } from "./pointwise.cases.ts";

/** Cases of `Add`, `Sub`, `Mul`, `Div` and `Neg`. */
export const arithmeticCases: readonly AnyOpCases[] = [
  binaryCases(addOp, (a, b) => a + b),
  binaryCases(subOp, (a, b) => a - b),
  binaryCases(mulOp, (a, b) => a * b),
  binaryCases(divOp, (a, b) => a / b, [undefined, { awayFromZero: 0.5 }]),
  {
    ...pointwiseCases(negOp, (x) => -x),
    errors: [
      {
        name: "booleans have no sign",
        shapes: [[2]],
        attrs: {},
        dtypes: ["bool"],
        code: "dtype",
        message: /expected a tensor of float32 or int32 or int64, got bool/,
      },
    ],
  },
];
