// SPDX-License-Identifier: Apache-2.0
import * as fc from "fast-check";
import type { Tensor } from "@semlink/engine";
import { concat, input, rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { cellEdges } from "../../cells/cell-plan.ts";
import { k7 } from "../../cells/primitive-sets.ts";
import { openGraph } from "../../open-graph.fixture.ts";
import { edgeTables, edgeWeights, strongestPrimitives } from "./edge-weights.ts";

const NUM_CELL_NODES = 3;
const NUM_PRIMITIVES = 7;
const EDGES = cellEdges(NUM_CELL_NODES);

async function weightsOf(beta: Tensor | null): Promise<Record<string, Float32Array>> {
  const alpha = input("alpha", [EDGES.length, NUM_PRIMITIVES]);
  const { primitives, edges } = edgeWeights(edgeTables(alpha, beta, NUM_CELL_NODES));
  const outputs: Record<string, Tensor> = { primitives: concat(primitives.flat(), { axis: 1 }) };
  if (edges) outputs["edges"] = concat(edges, { axis: 1 });
  const { run } = await openGraph(outputs);
  return run({
    alpha: rngFrom(1).normal(EDGES.length * NUM_PRIMITIVES),
    beta: rngFrom(2).normal(EDGES.length),
  });
}

function sumOfEdge(primitives: Float32Array, edge: number): number {
  return primitives
    .subarray(edge * NUM_PRIMITIVES, (edge + 1) * NUM_PRIMITIVES)
    .reduce((sum, value) => sum + value, 0);
}

describe("edge weights", () => {
  it("of the primitives of an edge sum to 1", async () => {
    const { primitives } = await weightsOf(null);
    EDGES.forEach((_, edge) => {
      expect(sumOfEdge(primitives!, edge)).toBeCloseTo(1, 6);
    });
  });

  it("of the edges into a node sum to 1 with edge normalisation", async () => {
    const { edges } = await weightsOf(input("beta", [EDGES.length]));
    for (let node = 0; node < NUM_CELL_NODES; node++) {
      const into = EDGES.flatMap(({ cellNode }, edge) => (cellNode === node ? [edges![edge]!] : []));
      expect(into.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
    }
  });

  it("of the primitives of an edge sum to the weight of the edge", async () => {
    const { primitives, edges } = await weightsOf(input("beta", [EDGES.length]));
    EDGES.forEach((_, edge) => {
      expect(sumOfEdge(primitives!, edge)).toBeCloseTo(edges![edge]!, 6);
    });
  });
});

const row = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 });

describe("pruning", () => {
  it("keeps half of the primitives of every edge, rounded up, none of them weaker than one that goes", () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (strengths) => {
        const kept = strongestPrimitives(strengths, k7, 0.5);
        strengths.forEach((values, edge) => {
          const stays = values.filter((_, column) => kept[edge]![column]);
          const goes = values.filter((_, column) => !kept[edge]![column]);
          expect(stays).toHaveLength(4);
          expect(Math.min(...stays)).toBeGreaterThanOrEqual(Math.max(...goes));
        });
      }),
    );
  });

  it("keeps the first of equal ones", () => {
    const [kept] = strongestPrimitives([[0.1, 0.2, 0.2, 0.2, 0.2, 0.1, 0]], k7, 0.4);
    expect(kept).toEqual([false, true, true, true, false, false, false]);
  });

  it("leaves every edge a primitive other than none", () => {
    const [kept] = strongestPrimitives([[0.9, 0.1, 0, 0, 0, 0, 0]], k7, 0.01);
    expect(kept!.slice(0, 2)).toEqual([true, true]);
  });
});
