// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { add, constant, div, log, minimum, mul, sum } from "@semlink/engine";
import { cellEdges, NUM_CELL_INPUTS } from "../../cells/cell-plan.ts";
import type { CostOptions, SpaceCost } from "../../cells/cost.ts";
import { spaceCost, totalCost } from "../../cells/cost.ts";
import type { PrimitiveSet } from "../../cells/primitive-sets.ts";
import type { Cost } from "../../cells/primitives/primitive.ts";
import type { EdgeTables } from "../supernet/edge-weights.ts";

/** Tables of both kinds of cell. */
export interface CellTables {
  readonly normal: EdgeTables;
  readonly reduce: EdgeTables;
}

/** Edges into a cell node that a genotype keeps. */
const NUM_KEPT_EDGES = 2;

/**
 * Expected cost of the network that alpha stands for, [] each:
 * `E[C] = C_fixed + Σ_cells Σ_e survive_e Σ_o p_{e,o} c(o)`, with `p` the shares among primitives other than `none`, and
 * `survive_e = min(1, 2 beta_e)`: a genotype keeps two edges into each node. At a one-hot architecture it is the cost of
 * its network.
 *
 * Without edge normalisation every edge into a node is as likely to stay.
 *
 * @param options - sizes of the final network
 * @source semlink; shares as in Wu et al. 2019 (FBNet), arXiv 1812.03443, eq. (5)
 */
export function expectedCost(
  tables: CellTables,
  options: CostOptions,
  primitives: PrimitiveSet,
): Readonly<Record<keyof Cost, Tensor>> {
  const space = spaceCost(options, primitives);
  const fixed = totalCost([space.ends, ...space.cells.map(({ inputs }) => inputs)]);
  const chosen = {
    normal: chosenShares(tables.normal, primitives, options.numCellNodes),
    reduce: chosenShares(tables.reduce, primitives, options.numCellNodes),
  };
  const expected = (part: keyof Cost): Tensor => {
    const variable = (["normal", "reduce"] as const).map((kind) =>
      sum(mul(chosen[kind], costTable(space, kind === "reduce", part, primitives))),
    );
    return add(variable.reduce(add), fixed[part]);
  };
  return { macs: expected("macs"), params: expected("params") };
}

/** What of a cost is counted; `"mix"` is the mean of both, each relative to a reference. */
export type CostMeasure = keyof Cost | "mix";

/**
 * Price of an architecture, []: `ln(E[C] / C_ref)`.
 *
 * @param expected - [] each, see {@link expectedCost}
 * @param reference - costs of which the price is 0
 * @source semlink; the logarithm makes equal ratios of cost equally dear
 */
export function complexityPenalty(
  expected: Readonly<Record<keyof Cost, Tensor>>,
  reference: Cost,
  measure: CostMeasure,
): Tensor {
  const ratio = (part: keyof Cost): Tensor => div(expected[part], reference[part]);
  return log(measure === "mix" ? mul(add(ratio("macs"), ratio("params")), 0.5) : ratio(measure));
}

/** `survive_e p_{e,o}`, [numEdges, numPrimitives], 0 for `none`. */
function chosenShares({ shares, edges }: EdgeTables, primitives: PrimitiveSet, numCellNodes: number): Tensor {
  const isOther = constant(
    primitives.map(({ isNone }) => (isNone ? 0 : 1)),
    [1, primitives.length],
  );
  const others = mul(shares, isOther);
  const total = sum(others, { axes: [1], keepDims: true });
  // An edge that is certain of none has no other primitive to speak of.
  const among = div(others, add(total, TINY));
  return mul(among, edges ? minimum(mul(edges, NUM_KEPT_EDGES), 1) : evenSurvival(numCellNodes));
}

const TINY = 1e-12;

function evenSurvival(numCellNodes: number): Tensor {
  const chances = cellEdges(numCellNodes).map(
    ({ cellNode }) => NUM_KEPT_EDGES / (cellNode + NUM_CELL_INPUTS),
  );
  return constant(chances, [chances.length, 1]);
}

/** Cost of each primitive at each edge, summed over the cells of a kind, [numEdges, numPrimitives]. */
function costTable(
  { cells }: SpaceCost,
  isReduction: boolean,
  part: keyof Cost,
  primitives: PrimitiveSet,
): Tensor {
  const ofKind = cells.filter((cell) => cell.isReduction === isReduction);
  const costs = ofKind[0]!.edges.flatMap((row, edge) =>
    row.map((_, column) => totalCost(ofKind.map(({ edges }) => edges[edge]![column]!))[part]),
  );
  return constant(costs, [costs.length / primitives.length, primitives.length]);
}

/** Mean entropy of the edges' shares [nat], []. */
export function meanEntropy({ shares }: EdgeTables): Tensor {
  const [numEdges] = shares.shape as [number, number];
  return div(sum(mul(shares, log(add(shares, TINY)))), -numEdges);
}

/** Mean of two cells' entropies, []. */
export function entropyPenalty({ normal, reduce }: CellTables): Tensor {
  return mul(add(meanEntropy(normal), meanEntropy(reduce)), 0.5);
}
