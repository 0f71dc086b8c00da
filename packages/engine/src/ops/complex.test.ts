// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Tensor } from "../graph/tensor.ts";
import { input } from "../graph/leaves.ts";
import { float64Tensor } from "../testing/op-cases.ts";
import { gradcheck } from "../testing/gradcheck.ts";
import { evaluate } from "../testing/interpreter.ts";
import { expectClose } from "../testing/matchers.ts";
import { opCasesList } from "./index.cases.ts";
import { complex, mul, sum } from "./index.ts";

const number = fc.double({ min: -4, max: 4, noNaN: true });
const pair = fc.tuple(number, number);

function apply(f: (a: Tensor, b: Tensor) => Tensor, a: [number, number], b: [number, number]): number[] {
  const feeds = { a: float64Tensor([1, 2], a), b: float64Tensor([1, 2], b) };
  return [...evaluate([f(input("a", [1, 2]), input("b", [1, 2]))], feeds, opCasesList)[0]!.data];
}

describe("complex", () => {
  it("multiplies as (a + bi)(c + di) = (ac − bd) + (ad + bc)i", () => {
    fc.assert(
      fc.property(pair, pair, (a, b) => {
        const expected = [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]];
        expectClose(apply(complex.mul, a, b), expected, { relative: 1e-12, absolute: 1e-12 });
      }),
    );
  });

  it("conjugates the first operand: conj(a) b", () => {
    fc.assert(
      fc.property(pair, pair, (a, b) => {
        const expected = apply(complex.mul, [a[0], -a[1]], b);
        expectClose(apply(complex.conjugateMul, a, b), expected, { relative: 1e-12, absolute: 1e-12 });
      }),
    );
  });

  it("has |a|² = conj(a) a", () => {
    fc.assert(
      fc.property(pair, (a) => {
        const [squared] = apply((x) => complex.abs2(x), a, a);
        expectClose(apply(complex.conjugateMul, a, a), [squared!, 0], { relative: 1e-12, absolute: 1e-12 });
      }),
    );
  });

  it("broadcasts one gain over all symbols, with the right gradients", () => {
    const h = float64Tensor([2, 1, 2], [0.3, -1.1, 0.7, 0.4]);
    const x = float64Tensor([2, 3, 2], [1, 2, -0.5, 0.2, 0.1, -1, 0.9, 0.6, -2, 1.5, 0.4, -0.3]);
    const weigh = (y: Tensor): Tensor => sum(mul(y, complex.abs2(y)));
    gradcheck(({ h, x }) => weigh(complex.mul(h!, x!)), { h, x });
    gradcheck(({ h, x }) => weigh(complex.conjugateMul(h!, x!)), { h, x });
  });

  it("names the axis that is not a pair", () => {
    expect(() => complex.mul(input("h", [4, 2]), input("x", [4, 3]))).toThrow(
      /complex\.mul: expected \[\.\.\., 2\] with \(re, im\) as last axis, .* got \[4, 3\]/,
    );
  });
});
