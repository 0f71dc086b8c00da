// SPDX-License-Identifier: Apache-2.0
import type { AnyOpCases } from "../testing/op-cases.ts";
import { erfOp, geluDerivativeOp, geluOp } from "./gelu.ts";
import { pointwiseCases } from "./pointwise.cases.ts";

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
const farOut = {
  name: "is flat far out",
  shapes: [[6]],
  attrs: {},
  domain: { values: [-40, -6, -3, 3, 6, 40] },
};

/** Cases of `Erf`, `Gelu` and the derivative of GELU. */
export const geluCases: readonly AnyOpCases[] = [
  pointwiseCases(erfOp, erf, {}, [farOut]),
  pointwiseCases(geluOp, (x) => x * cumulative(x), {}, [farOut]),
  pointwiseCases(geluDerivativeOp, (x) => cumulative(x) + x * density(x), {}, [farOut]),
];
