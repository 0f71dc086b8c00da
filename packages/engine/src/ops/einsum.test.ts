// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { input } from "../graph/leaves.ts";
import type { Tensor } from "../graph/tensor.ts";
import { rngFrom } from "../random/index.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { kernelSetsOf, runIn } from "../testing/check-op-runtime.ts";
import { elementAt, numElements, tabulate } from "../testing/op-cases.ts";
import { gradcheck } from "../testing/gradcheck.ts";
import { evaluate } from "../testing/interpreter.ts";
import { expectClose } from "../testing/matchers.ts";
import type { Float64Tensor } from "../testing/op-cases.ts";
import { opCasesList } from "./index.cases.ts";
import { einsum, square, sum } from "./index.ts";

const runtime = await nodeRuntime();

const SIZES: Readonly<Record<string, number>> = { b: 2, h: 3, i: 4, j: 5, k: 2 };

const EQUATIONS = [
  "bij,bjk->bik",
  "bij,bkj->bik",
  "bji,bjk->bki",
  "ij,jk->ki",
  "bhij,bhkj->bhik",
  "bihj,bkhj->bhik",
  "ij,ij->",
  "bi,bi->b",
  "i,j->ij",
  "bi,bj->jbi",
  "bij,i->bij",
  "bij,hk->bh",
  "bij->ji",
  "bij->b",
  ",ij->ji",
  "ij,jk,kb->bi",
  "bi,ij,bj->b",
  "hi,bi,hk->bhk",
];

/** One tensor for each operand of an equation. */
function operandsOf(equation: string): Readonly<Record<string, Float64Tensor>> {
  const labels = equation.split("->")[0]!.split(",");
  return Object.fromEntries(
    labels.map((letters, index) => {
      const shape = letters.split("").map((letter) => SIZES[letter]!);
      const data = rngFrom(3).fold(equation).fold(index).normal(numElements(shape));
      return [`x${index}`, { shape, data: Float64Array.from(data) }];
    }),
  );
}

/** The sum over all places of all letters, by definition. */
function byDefinition(equation: string, operands: readonly Float64Tensor[]): Float64Tensor {
  const [left, right] = equation.split("->") as [string, string];
  const letters = [...new Set(left.replaceAll(",", ""))];
  const summed = letters.filter((letter) => !right.includes(letter));
  const sizesOf = (names: readonly string[]): number[] => names.map((letter) => SIZES[letter]!);
  return tabulate(sizesOf(right.split("")), (kept) => {
    let total = 0;
    tabulate(sizesOf(summed), (others) => {
      const place = (letter: string): number =>
        right.includes(letter) ? kept[right.indexOf(letter)]! : others[summed.indexOf(letter)]!;
      const factors = left
        .split(",")
        .map((names, index) => elementAt(operands[index]!, names.split("").map(place)));
      total += factors.reduce((product, factor) => product * factor, 1);
      return 0;
    });
    return total;
  });
}

function applied(equation: string, isSymbolic = false): Tensor {
  const labels = equation.split("->")[0]!.split(",");
  return einsum(
    equation,
    ...labels.map((letters, index) =>
      input(
        `x${index}`,
        letters.split("").map((letter) => (isSymbolic && letter === "b" ? "batch" : SIZES[letter]!)),
      ),
    ),
  );
}

describe("einsum", () => {
  it.each(EQUATIONS)("is the sum of products by definition: %s", (equation) => {
    const feeds = operandsOf(equation);
    const [y] = evaluate([applied(equation)], feeds, opCasesList);
    const expected = byDefinition(equation, Object.values(feeds));
    expect(y!.shape).toEqual(expected.shape);
    expectClose(y!.data, expected.data, { relative: 1e-12, absolute: 1e-12 });
  });

  it.each(EQUATIONS)("has the gradient of differences: %s", (equation) => {
    gradcheck((inputs) => sum(square(einsum(equation, ...Object.values(inputs)))), operandsOf(equation));
  });

  it.each(kernelSetsOf(runtime))("runs with a symbolic batch ($name kernels)", async (kernels) => {
    for (const equation of EQUATIONS.filter((each) => each.includes("b"))) {
      const feeds = operandsOf(equation);
      const { y } = await runIn(runtime, kernels, { y: applied(equation, true) }, feeds);
      const expected = byDefinition(equation, Object.values(feeds));
      expectClose(y!, expected.data, { relative: 1e-5, absolute: 1e-5 }, equation);
    }
  });

  it("is one matrix product without transposition for attention scores", () => {
    const y = applied("bhij,bhkj->bhik");
    expect(y.node).toMatchObject({ name: "MatMul", attrs: { transA: false, transB: true } });
    expect(y.node).toMatchObject({ inputs: [{ node: { kind: "input" } }, { node: { kind: "input" } }] });
  });

  it.each(["bij,bjk", "bii->b", "ij->ik", "i.->i", "ij->ii"])("refuses %s as equation", (equation) => {
    const x = input("x", [2, 2]);
    expect(() => einsum(equation, x, x)).toThrow(/einsum: expected letters like "bij,bjk->bik"/);
  });

  it("names operands that do not fit", () => {
    const [a, b] = [input("a", [2, 3]), input("b", [4, 5])];
    expect(() => einsum("ij,jk->ik", a, b)).toThrow(
      /einsum: expected operands that fit "ij,jk->ik", .*, got \[2, 3\] and \[4, 5\]/,
    );
    expect(() => einsum("ij,jk->ik", a)).toThrow(/got \[2, 3\]/);
    expect(() => einsum("ijk->i", a)).toThrow(/got \[2, 3\]/);
  });
});
