// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { cellEdges, edgeIndex } from "./cell-plan.ts";

describe("cellEdges", () => {
  it.each([
    { numCellNodes: 4, numEdges: 14 },
    { numCellNodes: 3, numEdges: 9 },
    { numCellNodes: 2, numEdges: 5 },
  ])("a cell of $numCellNodes nodes has $numEdges edges", ({ numCellNodes, numEdges }) => {
    expect(cellEdges(numCellNodes)).toHaveLength(numEdges);
  });

  it("reaches every node from both cells before and every earlier node", () => {
    expect(cellEdges(2)).toEqual([
      { cellNode: 0, from: 0 },
      { cellNode: 0, from: 1 },
      { cellNode: 1, from: 0 },
      { cellNode: 1, from: 1 },
      { cellNode: 1, from: 2 },
    ]);
  });

  it("lists an edge at its index", () => {
    const edges = cellEdges(6);
    expect(edges.map(edgeIndex)).toEqual(Array.from(edges.keys()));
  });
});
