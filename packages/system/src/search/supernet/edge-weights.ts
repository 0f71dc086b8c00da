// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { add, concat, constant, mul, reshape, softmax, split } from "@semlink/engine";
import { NUM_CELL_INPUTS } from "../../cells/cell-plan.ts";
import type { PrimitiveSet } from "../../cells/primitive-sets.ts";

/** How strongly the edges of a kind of cell count, as scalars [1, 1] of the graph. */
export interface EdgeWeights {
  /** By edge and primitive: `softmax(alpha_e)_o · beta_e`. */
  readonly primitives: readonly (readonly Tensor[])[];
  /** By edge: `beta_e`; null without edge normalisation, where every edge counts 1. */
  readonly edges: readonly Tensor[] | null;
}

/** The same as tables. */
export interface EdgeTables {
  /** [numEdges, numPrimitives] `softmax(alpha_e)_o`, rows of sum 1 */
  readonly shares: Tensor;
  /** [numEdges, 1] `beta_e`, of sum 1 over the edges into a cell node; null without edge normalisation */
  readonly edges: Tensor | null;
}

/** How shares come from alpha. */
export interface ShareOptions {
  /** T of `softmax(alpha / T)`, 1 if left out. */
  readonly temperature?: number;
  /** By edge and primitive, whether it is still there; the others have the share 0. */
  readonly kept?: KeptPrimitives;
}

/**
 * Shares of the primitives, `softmax(alpha_e / T)`, and, with edge normalisation, of the edges into each cell node.
 *
 * @param alpha - [numEdges, numPrimitives]
 * @param beta - [numEdges], or null
 * @source Liu et al. 2019 (DARTS), eq. (2); Xu et al. 2020 (PC-DARTS), arXiv 1907.05737, eq. (2)
 */
export function edgeTables(
  alpha: Tensor,
  beta: Tensor | null,
  numCellNodes: number,
  options: ShareOptions = {},
): EdgeTables {
  const [numEdges] = alpha.shape as [number, number];
  return {
    shares: softmax(alphaLogits(alpha, options), { axis: 1 }),
    edges: beta && reshape(normalizedEdges(beta, numCellNodes), [numEdges, 1]),
  };
}

/** `alpha / T`, far below all others where a primitive is gone. */
export function alphaLogits(alpha: Tensor, { temperature = 1, kept }: ShareOptions): Tensor {
  const scaled = temperature === 1 ? alpha : mul(alpha, 1 / temperature);
  if (kept === undefined) return scaled;
  const barrier = kept.flatMap((row) => row.map((isKept) => (isKept ? 0 : GONE)));
  return add(scaled, constant(barrier, alpha.shape as readonly number[]));
}

// exp of it is 0 in float32, beside any alpha that a search reaches.
const GONE = -1e4;

/** Tables as scalars: the weight of a primitive is its share times the weight of its edge. */
export function edgeWeights({ shares, edges }: EdgeTables): EdgeWeights {
  const [numEdges, numPrimitives] = shares.shape as [number, number];
  const rows = split(edges ? mul(shares, edges) : shares, { axis: 0, sizes: numEdges });
  return {
    primitives: rows.map((row) => split(row, { axis: 1, sizes: numPrimitives })),
    edges: edges && split(edges, { axis: 0, sizes: numEdges }),
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

/** By edge and primitive of the set, whether the edge still has it. */
export type KeptPrimitives = readonly (readonly boolean[])[];

/** What pruning left of both kinds of cell. */
export interface KeptCells {
  readonly normal: KeptPrimitives;
  readonly reduce: KeptPrimitives;
}

/**
 * The strongest `⌈keepFraction · numPrimitives⌉` primitives of every edge, at least two, so that one other than `none`
 * is left; of equal ones the first stay.
 *
 * @param strengths - by edge and primitive
 * @source Chen et al. 2019 (P-DARTS), arXiv 1904.12760, section 3.2: candidates leave during the search
 */
export function strongestPrimitives(
  strengths: readonly (readonly number[])[],
  primitives: PrimitiveSet,
  keepFraction: number,
): KeptPrimitives {
  const numKept = Math.max(2, Math.ceil(keepFraction * primitives.length));
  return strengths.map((row) => {
    const order = row.map((_, column) => column).sort((a, b) => row[b]! - row[a]!);
    const kept = new Set(order.slice(0, numKept));
    return row.map((_, column) => kept.has(column));
  });
}
