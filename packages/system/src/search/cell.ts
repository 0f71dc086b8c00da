// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import { concat, mul } from "@semlink/engine";
import { cellEdges, edgeIndex, edgeStride, NUM_CELL_INPUTS } from "./cell-edges.ts";
import { CellInputs } from "./cell-inputs.ts";
import type { CellPlan } from "./cell-plan.ts";
import type { EdgeWeights } from "./edge-weights.ts";
import { MixedOp } from "./mixed-op.ts";
import type { NodeInput } from "./partial-channels.ts";
import { activeChannels, joinShuffled, nodeInput } from "./partial-channels.ts";
import type { PrimitiveSet } from "./primitive-sets.ts";
import { SEARCH_NORM } from "./primitives/primitive.ts";
import { sumOf } from "./sum-of.ts";

export interface SearchCellOptions {
  readonly plan: CellPlan;
  readonly numCellNodes: number;
  readonly primitives: PrimitiveSet;
  /** K: primitives see 1/K of the channels. */
  readonly partialChannels: number;
}

/**
 * A cell of the supernet: cell node i is the sum of mixed ops over all earlier inputs, the output is the nodes joined
 * along the channels. `[batch, ..., height, width] → [batch, numCellNodes channels, height / stride, width / stride]`.
 *
 * The passed-by channels of the edges into a node are summed before they are joined and shuffled: one shuffle for each
 * node in place of one for each edge, with the same result.
 *
 * @source Liu et al. 2019 (DARTS), arXiv 1806.09055; Xu et al. 2020 (PC-DARTS), arXiv 1907.05737
 */
export class SearchCell implements Layer<[beforeLast: Tensor, last: Tensor, weights: EdgeWeights]> {
  readonly inputs: CellInputs;
  readonly edges: readonly MixedOp[];
  readonly isReduction: boolean;
  private readonly numCellNodes: number;
  private readonly partialChannels: number;

  constructor({ plan, numCellNodes, primitives, partialChannels }: SearchCellOptions) {
    const { channels, isReduction } = plan;
    this.inputs = new CellInputs(plan, SEARCH_NORM);
    this.edges = cellEdges(numCellNodes).map(
      (edge) =>
        new MixedOp(primitives, {
          channels: activeChannels(channels, partialChannels),
          stride: edgeStride(edge, isReduction),
          norm: SEARCH_NORM,
        }),
    );
    this.isReduction = isReduction;
    this.numCellNodes = numCellNodes;
    this.partialChannels = partialChannels;
  }

  /**
   * @param beforeLast - [batch, ...] rectified output of the cell before the last
   * @param last - [batch, ...] rectified output of the last cell
   */
  forward(build: Build, beforeLast: Tensor, last: Tensor, weights: EdgeWeights): Tensor {
    const prepare = (x: Tensor, from: number): NodeInput =>
      nodeInput(x, this.partialChannels, edgeStride({ from }, this.isReduction));
    const inputs = build.apply(this.inputs, beforeLast, last).map(prepare);
    const nodes: Tensor[] = [];
    for (let cellNode = 0; cellNode < this.numCellNodes; cellNode++) {
      const node = this.cellNode(build, cellNode, inputs, weights);
      nodes.push(node);
      inputs.push(prepare(node, NUM_CELL_INPUTS + cellNode));
    }
    return concat(nodes, { axis: 1 });
  }

  private cellNode(
    build: Build,
    cellNode: number,
    inputs: readonly NodeInput[],
    { primitives, edges }: EdgeWeights,
  ): Tensor {
    const indices = inputs.map((_, from) => edgeIndex({ cellNode, from }));
    const active = sumOf(
      indices.map((edge, from) => build.apply(this.edges[edge]!, inputs[from]!.active, primitives[edge]!)),
    );
    const bypass = indices.flatMap((edge, from) => {
      const passed = inputs[from]!.bypass;
      return passed ? [edges ? mul(passed, edges[edge]!) : passed] : [];
    });
    return bypass.length === 0 ? active : joinShuffled(active, sumOf(bypass), this.partialChannels);
  }
}
