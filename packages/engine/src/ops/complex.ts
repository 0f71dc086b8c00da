// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import { formatShape } from "../graph/dim.ts";
import { constant } from "../graph/leaves.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import * as real from "./arithmetic.ts";
import { split } from "./concat.ts";
import { matmul } from "./matmul.ts";
import { square } from "./elementary.ts";
import { sum } from "./reduce.ts";

/**
 * Product `a b` of complex numbers, shapes broadcast.
 *
 * @param a - [..., 2] (re, im)
 * @param b - [..., 2] (re, im)
 * @throws ShapeError `complex-axis` when a last axis is not 2, `broadcast`
 */
export function mul(a: Tensor, b: Tensor): Tensor {
  const [re, im] = partsOf("complex.mul", b);
  checkComplex("complex.mul", a);
  return real.add(real.mul(a, re), real.mul(timesI(a), im));
}

/**
 * Product `conj(a) b` of complex numbers, shapes broadcast.
 *
 * @param a - [..., 2] (re, im), conjugated
 * @param b - [..., 2] (re, im)
 * @throws ShapeError `complex-axis` when a last axis is not 2, `broadcast`
 */
export function conjugateMul(a: Tensor, b: Tensor): Tensor {
  const [re, im] = partsOf("complex.conjugateMul", a);
  checkComplex("complex.conjugateMul", b);
  return real.sub(real.mul(b, re), real.mul(timesI(b), im));
}

/**
 * Squared magnitude `|a|² = re² + im²`, `[..., 2] → [..., 1]`: it broadcasts against complex tensors.
 *
 * @throws ShapeError `complex-axis` when the last axis is not 2
 */
export function abs2(a: Tensor): Tensor {
  checkComplex("complex.abs2", a);
  return sum(square(a), { axes: -1, keepDims: true });
}

// (re, im) J = (−im, re): one small product is fewer nodes than taking the parts apart.
function timesI(a: Tensor): Tensor {
  const rotation = constant([0, 1, -1, 0], [2, 2]);
  return matmul(a, rotation);
}

function partsOf(name: string, a: Tensor): [re: Tensor, im: Tensor] {
  checkComplex(name, a);
  const [re, im] = split(a, { axis: -1, sizes: 2 });
  return [re!, im!];
}

function checkComplex(name: string, { shape }: Tensor): void {
  if (shape.length >= 2 && shape.at(-1) === 2) return;
  throw new ShapeError({
    code: "complex-axis",
    where: placeOf(name),
    expected: "[..., 2] with (re, im) as last axis, and at least one axis before",
    actual: formatShape(shape),
  });
}
