// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import { formatShape, isStatic } from "../graph/dim.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import { add, div, matmul, mul, sqrt, square, sum } from "../ops/index.ts";

// a s + b s³ + c s⁵ has its greatest slope at 0 while (0, 1] is still brought to about [0.7, 1.2].
const [A, B, C] = [3.4445, -4.775, 2.0315];

// Rounding leaves the Gram matrix with eigenvalues near -1e-7, which grow by A² a step: after five steps they are
// still small, after eight they would not be. So the Gram matrix is computed afresh every few steps.
const STEPS_PER_GRAM = 5;

/** How far {@link orthogonalize} goes. */
export interface OrthogonalizeOptions {
  /** Newton-Schulz steps, 5 if left out. */
  readonly steps?: number;
}

/**
 * Approximate orthogonal factor of a matrix `X = U S Vᵀ`: `U f(S) Vᵀ` with `f(s)` near 1, by the quintic Newton-Schulz
 * iteration `X ← a X + (b G + c G²) X`, `G = X Xᵀ`, started from `X / ‖X‖_F`.
 *
 * Five steps take singular values above 0.002 of the Frobenius norm into [0.68, 1.21], three steps those above 0.02;
 * smaller ones grow by 3.44 a step, and zeros stay zero. The scale of `X` does not matter.
 *
 * @param matrix - [rows, columns] sizes known when the graph is built
 * @returns [rows, columns]
 * @throws ShapeError `matrix-shape` unless there are two axes of known size
 * @source Jordan et al. 2024, Muon
 * @differs the steps are polynomials of the first Gram matrix, the smaller of `X Xᵀ` and `Xᵀ X`, so the long side of
 * `X` enters two products in all instead of two a step; float32 instead of bfloat16
 */
export function orthogonalize(matrix: Tensor, { steps = 5 }: OrthogonalizeOptions = {}): Tensor {
  const { shape } = matrix;
  if (shape.length !== 2 || !isStatic(shape)) {
    throw new ShapeError({
      code: "matrix-shape",
      where: placeOf("orthogonalize"),
      expected: "[rows, columns] of known sizes",
      actual: formatShape(shape),
    });
  }
  const isTall = shape[0]! > shape[1]!;
  const norm = sqrt(sum(square(matrix)));
  let x = div(matrix, add(norm, 1e-7));
  for (let done = 0; done < steps; done += STEPS_PER_GRAM)
    x = iterate(x, isTall, Math.min(STEPS_PER_GRAM, steps - done));
  return x;
}

/**
 * `steps` iterations at once: `X ← Q X` (`X Q` for a tall `X`) with `Q` the product of `P = a I + b G + c G²` over the
 * steps and `G ← P G P` between them; all of these commute. `Q` is kept as `scale · I + rest`.
 */
function iterate(x: Tensor, isTall: boolean, steps: number): Tensor {
  let gram = matmul(x, x, isTall ? { transA: true } : { transB: true });
  let change = changeOf(gram);
  let scale = A;
  let rest = change;
  for (let step = 1; step < steps; step++) {
    const half = add(mul(gram, A), matmul(gram, change)); // G P
    gram = add(mul(half, A), matmul(half, change)); // G P²
    change = changeOf(gram);
    rest = add(add(mul(rest, A), mul(change, scale)), matmul(rest, change));
    scale *= A;
  }
  return add(mul(x, scale), isTall ? matmul(x, rest) : matmul(rest, x));
}

/** `b G + c G²`. */
function changeOf(gram: Tensor): Tensor {
  return add(mul(gram, B), mul(matmul(gram, gram), C));
}
