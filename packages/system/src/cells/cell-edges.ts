// SPDX-License-Identifier: Apache-2.0

/** An edge of a cell's graph: from input `from` (0 and 1 are the two cells before, then the cell nodes) to a cell node. */
export interface CellEdge {
  readonly cellNode: number;
  readonly from: number;
}

/** Inputs that a cell has beside its own nodes. */
export const NUM_CELL_INPUTS = 2;

/**
 * Every edge of a cell, node by node: cell node i is reached from inputs 0 .. i + 1. The place in this list is the row
 * of alpha: 14 edges for 4 cell nodes, 9 for 3, 5 for 2.
 */
export function cellEdges(numCellNodes: number): readonly CellEdge[] {
  return Array.from({ length: numCellNodes }, (_, cellNode) =>
    Array.from({ length: cellNode + NUM_CELL_INPUTS }, (_, from) => ({ cellNode, from })),
  ).flat();
}

/** Place of an edge in {@link cellEdges}: `i (i + 3) / 2 + from`. */
export function edgeIndex({ cellNode, from }: CellEdge): number {
  return (cellNode * (cellNode + 3)) / 2 + from;
}

/** 2 on the edges from the two cells before in a reduction cell, 1 on all others. */
export function edgeStride({ from }: Pick<CellEdge, "from">, isReduction: boolean): 1 | 2 {
  return isReduction && from < NUM_CELL_INPUTS ? 2 : 1;
}
