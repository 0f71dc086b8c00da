// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { concat, input, rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { openGraph } from "../open-graph.fixture.ts";
import { cellEdges } from "../cells/cell-edges.ts";
import { edgeTables, edgeWeights } from "./edge-weights.ts";

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
