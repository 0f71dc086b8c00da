// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellEdges } from "../../cells/cell-plan.ts";
import { k7 } from "../../cells/primitive-sets.ts";
import type { CellStrengths } from "./derive-genotype.ts";
import { deriveGenotype } from "./derive-genotype.ts";

const columnOf = (name: string): number => k7.findIndex((primitive) => primitive.name === name);

/** Strengths of a cell of two nodes, all equal but for `raised`: edge, primitive, alpha. */
function strengths(
  raised: readonly (readonly [edge: number, primitive: string, alpha: number])[],
  beta: readonly number[] | null = null,
): CellStrengths {
  const alpha = new Float32Array(5 * k7.length);
  for (const [edge, primitive, value] of raised) alpha[edge * k7.length + columnOf(primitive)] = value;
  return { alpha, beta: beta && Float32Array.from(beta) };
}

function derive(normal: CellStrengths, maxSkips?: number): (readonly [string, number])[][] {
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
    const values = (size: number): fc.Arbitrary<Float32Array> =>
      fc
        .array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: size, maxLength: size })
        .map((array) => Float32Array.from(array));
    const cell = fc.record({ alpha: values(numEdges * k7.length), beta: values(numEdges) });
    fc.assert(
      fc.property(cell, fc.nat(2), (normal, maxSkips) => {
        normal.alpha.forEach((value, i) => {
          if (i % k7.length === 0) normal.alpha[i] = value + 10;
        });
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
