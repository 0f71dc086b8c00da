// SPDX-License-Identifier: Apache-2.0
import type { AnyOpCases, OpCases } from "../testing/op-cases.ts";
import { mapElements } from "../testing/op-cases.ts";
import { erfOp, geluDerivativeOp, geluOp, reluOp, sigmoidOp, softplusOp, swishOp } from "./activations.ts";
import { integersRejected, pointwiseCases } from "./pointwise.cases.ts";
import type { NoAttributes } from "./pointwise.ts";

/** Cases of `Relu`. */
export const reluCases: OpCases<NoAttributes> = pointwiseCases(reluOp, (x) => Math.max(x, 0), {
  awayFromZero: 0.1,
});

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

/** erf by its Taylor series, and by a continued fraction of erfc where the series cancels. */
function erf(x: number): number {
  const z = Math.abs(x);
  if (z < 2.5) {
    let term = x;
    let total = x;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(total); n++) {
      term *= (-x * x) / n;
      total += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * total;
  }
  let fraction = z;
  for (let n = 120; n >= 1; n--) fraction = z + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-z * z) / (Math.sqrt(Math.PI) * fraction));
}

const cumulative = (x: number): number => (1 + erf(x / Math.SQRT2)) / 2;
const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const flatFarOut = {
  name: "is flat far out",
  shapes: [[6]],
  attrs: {},
  domain: { values: [-40, -6, -3, 3, 6, 40] },
};

/** Cases of `Erf`, `Gelu` and the derivative of GELU. */
export const geluCases: readonly AnyOpCases[] = [
  pointwiseCases(erfOp, erf, {}, [flatFarOut]),
  pointwiseCases(geluOp, (x) => x * cumulative(x), {}, [flatFarOut]),
  pointwiseCases(geluDerivativeOp, (x) => cumulative(x) + x * density(x), {}, [flatFarOut]),
];
