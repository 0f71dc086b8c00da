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

/** Sizes of a network of cells; the supernet and the networks built from its genotypes share them. */
export interface CellNetworkOptions {
  readonly inChannels: number;
  readonly numCells: number;
  readonly numCellNodes: number;
  /** Channels of each cell node before the first reduction; every reduction doubles them. */
  readonly channels: number;
  /** Stride of the first convolution. */
  readonly stemStride: 1 | 2;
  /** What comes behind the global average pool: logits, or an embedding through a normalised projector. */
  readonly head: { readonly numClasses: number } | { readonly embedDim: number };
}

/** What one cell sees and makes. */
export interface CellPlan {
  readonly isReduction: boolean;
  /** Whether the map of input 0 is twice as large as that of input 1. */
  readonly followsReduction: boolean;
  /** Channels of input 0 (the cell before the last) and of input 1 (the last cell). */
  readonly inChannels: readonly [number, number];
  /** Channels of each of its nodes. */
  readonly channels: number;
}

// The stem makes three times the channels of a cell node, as in the original.
const STEM_MULTIPLIER = 3;

/** Channels that the stem makes. */
export function stemChannels({ channels }: Pick<CellNetworkOptions, "channels">): number {
  return STEM_MULTIPLIER * channels;
}

/** Channels that come out of the last cell. */
export function outChannels(options: CellNetworkOptions): number {
  return options.numCellNodes * cellPlans(options).at(-1)!.channels;
}

/**
 * The cells in order: reductions at `⌊L/3⌋` and `⌊2L/3⌋`, each doubling the channels.
 *
 * @source Liu et al. 2019 (DARTS), arXiv 1806.09055, section 3.1
 */
export function cellPlans(options: CellNetworkOptions): readonly CellPlan[] {
  const { numCells, numCellNodes } = options;
  const reductions = [Math.floor(numCells / 3), Math.floor((2 * numCells) / 3)];
  const plans: CellPlan[] = [];
  let inChannels: readonly [number, number] = [stemChannels(options), stemChannels(options)];
  let { channels } = options;
  for (let cell = 0; cell < numCells; cell++) {
    const isReduction = reductions.includes(cell);
    if (isReduction) channels *= 2;
    plans.push({ isReduction, followsReduction: plans.at(-1)?.isReduction ?? false, inChannels, channels });
    inChannels = [inChannels[1], numCellNodes * channels];
  }
  return plans;
}
