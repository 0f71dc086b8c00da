// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import type { Rng } from "../random/index.ts";
import type { Float64Tensor } from "./op-cases.ts";

/** A scalar function of tensors and its gradient at a point, to be compared. */
export interface DifferentiatedScalar {
  readonly where: string;
  readonly point: readonly Float64Tensor[];
  /** Which tensors of the point are differentiated by. */
  readonly wrt: readonly number[];
  /** The function, in float64. */
  readonly f: (point: readonly Float64Tensor[]) => number;
  /** Gradient at the point, one tensor for each of `wrt`. */
  readonly gradient: readonly Float64Tensor[];
}

/** Step and tolerance of central differences. */
export interface DifferenceOptions {
  readonly epsilon?: number;
  readonly relative?: number;
}

// Up to this many inputs every partial derivative is compared, above it random projections.
const MAX_FULL = 32;
const NUM_PROJECTIONS = 3;

/**
 * Compares a gradient with central differences `(f(x + ε v) − f(x − ε v)) / (2 ε)`: along every axis for at most 32
 * inputs, along random directions `v` above, where it must equal `⟨∇f, v⟩`.
 *
 * Rounding of `f` alone gives an error near `|f| · 1e-10` at the default step, which is allowed for.
 *
 * @throws SemlinkError `wrong-gradient` naming the direction and both derivatives
 */
export function checkDifferences(
  { where, point, wrt, f, gradient }: DifferentiatedScalar,
  rng: Rng,
  { epsilon = 1e-6, relative = 1e-6 }: DifferenceOptions = {},
): void {
  const value = f(point);
  for (const { name, direction } of directionsOf(point, wrt, rng)) {
    const derivative =
      (f(moved(point, wrt, direction, epsilon)) - f(moved(point, wrt, direction, -epsilon))) / (2 * epsilon);
    const terms = direction.flatMap((v, index) =>
      Array.from(v, (step, i) => step * gradient[index]!.data[i]!),
    );
    const expected = terms.reduce((total, term) => total + term, 0);
    const scale = terms.reduce((total, term) => total + Math.abs(term), 0);
    const largest = Math.max(
      ...gradient.map(({ data }) => data.reduce((most, each) => Math.max(most, Math.abs(each)), 0)),
    );
    const allowed = relative * Math.max(scale, largest) + (1e-15 / epsilon) * Math.max(1, Math.abs(value));
    if (Math.abs(derivative - expected) <= allowed) continue;
    throw new SemlinkError({
      code: "wrong-gradient",
      where,
      expected: `${derivative} by central differences ${name}`,
      actual: `${expected} by the gradient (allowed error ${allowed.toExponential(1)})`,
    });
  }
}

interface Direction {
  readonly name: string;
  /** One step for every element of every differentiated tensor. */
  readonly direction: readonly Float64Array[];
}

function directionsOf(point: readonly Float64Tensor[], wrt: readonly number[], rng: Rng): Direction[] {
  const sizes = wrt.map((index) => point[index]!.data.length);
  const zeros = (): Float64Array[] => sizes.map((size) => new Float64Array(size));
  if (sizes.reduce((total, size) => total + size, 0) <= MAX_FULL) {
    return sizes.flatMap((size, slot) =>
      Array.from({ length: size }, (_, element) => {
        const direction = zeros();
        direction[slot]![element] = 1;
        return { name: `along element ${element} of input ${wrt[slot]!}`, direction };
      }),
    );
  }
  return Array.from({ length: NUM_PROJECTIONS }, (_, count) => ({
    name: `along random direction ${count}`,
    direction: sizes.map((size, slot) => Float64Array.from(rng.fold(count).fold(slot).normal(size))),
  }));
}

function moved(
  point: readonly Float64Tensor[],
  wrt: readonly number[],
  direction: readonly Float64Array[],
  step: number,
): Float64Tensor[] {
  return point.map((tensor, index) => {
    const slot = wrt.indexOf(index);
    if (slot < 0) return tensor;
    return { shape: tensor.shape, data: tensor.data.map((value, i) => value + step * direction[slot]![i]!) };
  });
}
