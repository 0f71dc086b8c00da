// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";

/**
 * Size of one axis: a number, or a symbol known only when the graph runs (`"batch"`), possibly with a factor
 * and further symbols (`"8*batch"`, `"batch*batch"`). Symbolic sizes are kept in canonical form, so equal
 * sizes are equal strings.
 */
export type Dim = number | string;

/** Sizes of all axes, outermost first. A scalar has shape `[]`. */
export type Shape = readonly Dim[];

/** Values of symbolic sizes, e.g. `{ batch: 64 }`. */
export type DimBinding = Readonly<Record<string, number>>;

interface Monomial {
  readonly factor: number;
  readonly symbols: readonly string[];
}

function parse(dim: Dim): Monomial {
  if (typeof dim === "number") return { factor: dim, symbols: [] };
  let factor = 1;
  const symbols: string[] = [];
  for (const part of dim.split("*")) {
    if (/^\d+$/.test(part)) factor *= Number(part);
    else symbols.push(part);
  }
  return { factor, symbols };
}

function format({ factor, symbols }: Monomial): Dim {
  if (symbols.length === 0 || factor === 0) return factor;
  const product = [...symbols].sort().join("*");
  return factor === 1 ? product : `${factor}*${product}`;
}

/** Product of sizes, `1` for no sizes: `productOf([8, "batch"]) = "8*batch"`. */
export function productOf(dims: Shape): Dim {
  let factor = 1;
  const symbols: string[] = [];
  for (const dim of dims) {
    const monomial = parse(dim);
    factor *= monomial.factor;
    symbols.push(...monomial.symbols);
  }
  return format({ factor, symbols });
}

/**
 * Exact quotient of two sizes: `divideDims("8*batch", 8) = "batch"`.
 *
 * @throws ShapeError when the divisor does not divide the size
 */
export function divideDims(dividend: Dim, divisor: Dim, where: string): Dim {
  const top = parse(dividend);
  const bottom = parse(divisor);
  const symbols = [...top.symbols];
  for (const symbol of bottom.symbols) {
    const index = symbols.indexOf(symbol);
    if (index < 0) throw indivisible(dividend, divisor, where);
    symbols.splice(index, 1);
  }
  if (bottom.factor === 0 || top.factor % bottom.factor !== 0) throw indivisible(dividend, divisor, where);
  return format({ factor: top.factor / bottom.factor, symbols });
}

function indivisible(dividend: Dim, divisor: Dim, where: string): ShapeError {
  return new ShapeError({
    code: "indivisible-size",
    where,
    expected: `a size divisible by ${divisor}`,
    actual: `${dividend}`,
  });
}

/** The size with symbols replaced by their values; symbols without a value stay. */
export function bindDim(dim: Dim, binding: DimBinding): Dim {
  if (typeof dim === "number") return dim;
  return productOf(dim.split("*").map((part) => binding[part] ?? (/^\d+$/.test(part) ? Number(part) : part)));
}

/** The shape with symbols replaced by their values; symbols without a value stay. */
export function bindShape(shape: Shape, binding: DimBinding): Shape {
  return shape.map((dim) => bindDim(dim, binding));
}

/** True when every size is a number. */
export function isStatic(shape: Shape): shape is readonly number[] {
  return shape.every((dim) => typeof dim === "number");
}

/** True when both shapes have the same sizes. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** `[batch, 3, 32, 32]`, the way shapes appear in messages and printed graphs. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/**
 * The axis as an index from the front: `-1` is the last axis.
 *
 * @throws ShapeError `axis-out-of-range` when the rank has no such axis
 */
export function normalizeAxis(where: string, axis: number, rank: number): number {
  const index = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || index < 0 || index >= rank) {
    throw new ShapeError({
      code: "axis-out-of-range",
      where,
      expected: `an axis of -${rank} to ${rank - 1}`,
      actual: `axis ${axis} with rank ${rank}`,
    });
  }
  return index;
}

/**
 * Shape of an elementwise result: sizes are aligned at the last axis, and 1 stretches to the other size.
 *
 * @throws ShapeError `broadcast` when two aligned sizes differ and neither is 1
 */
export function broadcastShapes(where: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const result: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new ShapeError({
        code: "broadcast",
        where,
        expected: "sizes that agree or are 1, aligned at the last axis",
        actual: `${formatShape(a)} and ${formatShape(b)}`,
      });
    }
    result.push(left === 1 ? right : left);
  }
  return result;
}
