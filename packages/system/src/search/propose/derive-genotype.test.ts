// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellEdges } from "../../cells/cell-plan.ts";
import { k7 } from "../../cells/primitive-sets.ts";
import type { StrengthTable } from "./derive-genotype.ts";
import { deriveGenotype } from "./derive-genotype.ts";

const columnOf = (name: string): number => k7.findIndex((primitive) => primitive.name === name);

/** `softmax(values)` */
function softmax(values: readonly number[]): number[] {
  const powers = values.map(Math.exp);
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** `softmax(alpha_e)_o · beta_e`, beta by softmax over the edges into a node; every edge counts 1 without beta. */
function strengthsOf(alpha: readonly (readonly number[])[], beta: readonly number[] | null): StrengthTable {
  const edges = cellEdges((Math.sqrt(9 + 8 * alpha.length) - 3) / 2);
  const shares = edges.map(({ cellNode, from }) => {
    const group = beta?.filter((_, edge) => edges[edge]!.cellNode === cellNode);
    return group ? softmax(group)[from]! : 1;
  });
  return alpha.map((row, edge) => softmax(row).map((share) => share * shares[edge]!));
}

/** Strengths of a cell of two nodes, all equal but for `raised`: edge, primitive, alpha. */
function strengths(
  raised: readonly (readonly [edge: number, primitive: string, alpha: number])[],
  beta: readonly number[] | null = null,
): StrengthTable {
  const alpha = Array.from({ length: 5 }, () => k7.map(() => 0));
  for (const [edge, primitive, value] of raised) alpha[edge]![columnOf(primitive)] = value;
  return strengthsOf(alpha, beta);
}

function derive(normal: StrengthTable, maxSkips?: number): (readonly [string, number])[][] {
  const options = { primitives: k7, numCellNodes: 2, ...(maxSkips === undefined ? {} : { maxSkips }) };
  const genotype = deriveGenotype({ normal, reduce: strengths([]) }, options);
  return genotype.normal.map((edges) => edges.map(({ primitive, from }) => [primitive, from]));
}

describe("deriveGenotype", () => {
  it("keeps the two strongest inputs of a node, each with its strongest primitive", () => {
    const normal = strengths([
      [0, "conv_1x1", 1],
      [1, "conv_3x3", 1],
      [3, "sep_conv_3x3", 2],
      [4, "dil_conv_3x3", 1],
    ]);
    expect(derive(normal)).toEqual([
      [
        ["conv_1x1", 0],
        ["conv_3x3", 1],
      ],
      [
        ["sep_conv_3x3", 1],
        ["dil_conv_3x3", 2],
      ],
    ]);
  });

  it("takes the first of equal primitives and of equal edges", () => {
    const first = [
      ["skip_connect", 0],
      ["skip_connect", 1],
    ];
    expect(derive(strengths([]))).toEqual([first, first]);
  });

  it("weighs an edge by its share among the edges of its node", () => {
    const normal = strengths(
      [
        [2, "conv_1x1", 1],
        [3, "conv_1x1", 1],
        [4, "conv_3x3", 0.9],
      ],
      [0, 0, -1, 0, 2],
    );
    expect(derive(normal)[1]).toEqual([
      ["conv_1x1", 1],
      ["conv_3x3", 2],
    ]);
  });

  it("lets the weakest skips beyond the cap give way", () => {
    const normal = strengths([
      [0, "skip_connect", 3],
      [1, "skip_connect", 2],
      [1, "conv_3x3", 1],
      [2, "skip_connect", 1],
      [2, "conv_1x1", 0.5],
      [3, "sep_conv_3x3", 2],
    ]);
    expect(derive(normal, 1)).toEqual([
      [
        ["skip_connect", 0],
        ["conv_3x3", 1],
      ],
      [
        ["conv_1x1", 0],
        ["sep_conv_3x3", 1],
      ],
    ]);
  });

  it("never chooses none, and always two different inputs", () => {
    const numEdges = cellEdges(4).length;
    const values = (size: number): fc.Arbitrary<number[]> =>
      fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: size, maxLength: size });
    const rows = fc.array(values(k7.length), { minLength: numEdges, maxLength: numEdges });
    const cell = fc.record({ alpha: rows, beta: values(numEdges) });
    fc.assert(
      fc.property(cell, fc.nat(2), ({ alpha, beta }, maxSkips) => {
        // None is by far the strongest.
        const raised = alpha.map(([first, ...others]) => [first! + 10, ...others]);
        const normal = strengthsOf(raised, beta);
        const genotype = deriveGenotype(
          { normal, reduce: normal },
          { primitives: k7, numCellNodes: 4, maxSkips },
        );
        for (const [first, second] of [...genotype.normal, ...genotype.reduce]) {
          expect([first.primitive, second.primitive]).not.toContain("none");
          expect(first.from).toBeLessThan(second.from);
        }
        const skips = genotype.normal.flat().filter(({ primitive }) => primitive === "skip_connect");
        expect(skips.length).toBeLessThanOrEqual(maxSkips);
      }),
      { numRuns: 50 },
    );
  });
});
