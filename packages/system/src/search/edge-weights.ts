// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { concat, mul, reshape, softmax, split } from "@semlink/engine";
import { NUM_CELL_INPUTS } from "./cell-edges.ts";

/** How strongly the edges of a kind of cell count, as scalars [1, 1] of the graph. */
export interface EdgeWeights {
  /** By edge and primitive: `softmax(alpha_e)_o · beta_e`. */
  readonly primitives: readonly (readonly Tensor[])[];
  /** By edge: `beta_e`; null without edge normalisation, where every edge counts 1. */
  readonly edges: readonly Tensor[] | null;
}

/**
 * Weights of the edges from the architecture's parameters: a softmax over the primitives of each edge, times, with
 * edge normalisation, a softmax over the edges into each cell node.
 *
 * @param alpha - [numEdges, numPrimitives]
 * @param beta - [numEdges], or null
 * @source Liu et al. 2019 (DARTS), eq. (2); Xu et al. 2020 (PC-DARTS), arXiv 1907.05737, eq. (2)
 */
export function edgeWeights(alpha: Tensor, beta: Tensor | null, numCellNodes: number): EdgeWeights {
  const [numEdges, numPrimitives] = alpha.shape as [number, number];
  const shares = softmax(alpha, { axis: 1 });
  const ofEdges = beta && reshape(normalizedEdges(beta, numCellNodes), [numEdges, 1]);
  const rows = split(ofEdges ? mul(shares, ofEdges) : shares, { axis: 0, sizes: numEdges });
  return {
    primitives: rows.map((row) => split(row, { axis: 1, sizes: numPrimitives })),
    edges: ofEdges && split(ofEdges, { axis: 0, sizes: numEdges }),
  };
}

function normalizedEdges(beta: Tensor, numCellNodes: number): Tensor {
  const sizes = Array.from({ length: numCellNodes }, (_, cellNode) => cellNode + NUM_CELL_INPUTS);
  const groups = split(beta, { axis: 0, sizes });
  return concat(
    groups.map((group) => softmax(group, { axis: 0 })),
    { axis: 0 },
  );
}
