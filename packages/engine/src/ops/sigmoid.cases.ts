// SPDX-License-Identifier: Apache-2.0
import { mapElements } from "../testing/float64-tensor.ts";
import type { AnyOpCases, OpCases } from "../testing/op-cases.ts";
import { integersRejected, pointwiseCases } from "./pointwise.cases.ts";
import { sigmoidOp, softplusOp, swishOp } from "./sigmoid.ts";

const farOut = {
  name: "does not overflow",
  shapes: [[4]],
  attrs: {},
  domain: { values: [-200, -20, 20, 200] },
};

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const swishCases: OpCases<{ beta: number }> = {
  op: swishOp,
  reference: ([x], { beta }) => [mapElements(x!, (value) => value * sigmoid(beta * value))],
  samples: [
    { name: "SiLU", shapes: [[2, 3]], attrs: { beta: 1 } },
    { name: "quick GELU", shapes: [[5, 8]], attrs: { beta: 1.702 } },
    { ...farOut, attrs: { beta: 1 } },
  ],
  errors: [integersRejected({ beta: 1 })],
};

/** Cases of `Sigmoid`, `Softplus` and `Swish`. */
export const sigmoidCases: readonly AnyOpCases[] = [
  pointwiseCases(sigmoidOp, sigmoid, {}, [farOut]),
  pointwiseCases(softplusOp, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), {}, [farOut]),
  swishCases,
];
