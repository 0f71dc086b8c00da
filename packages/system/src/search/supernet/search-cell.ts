// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import { add, avgPool2d, concat, mul } from "@semlink/engine";
import type { CellPlan } from "../../cells/cell-plan.ts";
import { cellEdges, edgeIndex, edgeStride, NUM_CELL_INPUTS } from "../../cells/cell-plan.ts";
import { CellInputs, sumOf } from "../../cells/cell.ts";
import type { PrimitiveSet } from "../../cells/primitive-sets.ts";
import type { EdgeInput, PrimitiveOptions } from "../../cells/primitives/primitive.ts";
import { SEARCH_NORM } from "../../cells/primitives/primitive.ts";
import type { EdgeWeights, KeptPrimitives } from "./edge-weights.ts";
import type { NodeInput } from "./partial-channels.ts";
import { activeChannels, joinShuffled, nodeInput } from "./partial-channels.ts";

/**
 * An edge of the supernet: `Σ_o w_o o(x)` over the primitives of the set. `none` adds nothing and is left out.
 *
 * Candidates are named by their primitive: `edges.3.primitives.conv_3x3.unit.conv.weight`.
 *
 * @source Liu et al. 2019 (DARTS), arXiv 1806.09055, eq. (2)
 */
export class MixedOp implements Layer<[input: EdgeInput, weights: readonly Tensor[]]> {
  readonly primitives: Readonly<Record<string, Layer<[input: EdgeInput]>>>;
  private readonly columns: readonly (readonly [name: string, column: number])[];

  /** @param kept - by primitive of the set, whether the edge has it; it has all when left out */
  constructor(primitives: PrimitiveSet, options: PrimitiveOptions, kept?: readonly boolean[]) {
    const chosen = primitives.flatMap((primitive, column) =>
      primitive.isNone || kept?.[column] === false ? [] : [{ primitive, column }],
    );
    this.primitives = Object.fromEntries(
      chosen.map(({ primitive }) => [primitive.name, primitive.create(options)]),
    );
    this.columns = chosen.map(({ primitive, column }) => [primitive.name, column]);
  }

  /** @param weights - by primitive of the set, [1, 1] each */
  forward(build: Build, input: EdgeInput, weights: readonly Tensor[]): Tensor {
    // Convolutions first: their sums need not leave the layout in which they were computed.
    return sumOf(
      this.columns
        .toReversed()
        .map(([name, column]) => mul(build.apply(this.primitives[name]!, input), weights[column]!)),
    );
  }
}

export interface SearchCellOptions {
  readonly plan: CellPlan;
  readonly numCellNodes: number;
  readonly primitives: PrimitiveSet;
  /** K: primitives see 1/K of the channels. */
  readonly partialChannels: number;
  /** By edge and primitive, whether the cell has it; it has all when left out. */
  readonly kept?: KeptPrimitives | undefined;
}

/**
 * A cell of the supernet: cell node i is the sum of mixed ops over all earlier inputs, the output is the nodes joined
 * along the channels. `[batch, ..., height, width] → [batch, numCellNodes channels, height / stride, width / stride]`.
 *
 * The passed-by channels of the edges into a node are summed before they are joined and shuffled: one shuffle for each
 * node in place of one for each edge, with the same result.
 *
 * @source Liu et al. 2019 (DARTS), arXiv 1806.09055; Xu et al. 2020 (PC-DARTS), arXiv 1907.05737; auxiliary skip: Chu
 * et al. 2021 (DARTS-), arXiv 2009.01027, eq. (2)
 */
export class SearchCell implements Layer<
  [beforeLast: Tensor, last: Tensor, weights: EdgeWeights, auxiliarySkip: Tensor | null]
> {
  readonly inputs: CellInputs;
  readonly edges: readonly MixedOp[];
  readonly isReduction: boolean;
  private readonly numCellNodes: number;
  private readonly partialChannels: number;

  constructor({ plan, numCellNodes, primitives, partialChannels, kept }: SearchCellOptions) {
    const { channels, isReduction } = plan;
    this.inputs = new CellInputs(plan, SEARCH_NORM);
    this.edges = cellEdges(numCellNodes).map(
      (edge, index) =>
        new MixedOp(
          primitives,
          {
            channels: activeChannels(channels, partialChannels),
            stride: edgeStride(edge, isReduction),
            norm: SEARCH_NORM,
          },
          kept?.[index],
        ),
    );
    this.isReduction = isReduction;
    this.numCellNodes = numCellNodes;
    this.partialChannels = partialChannels;
  }

  /**
   * @param beforeLast - [batch, ...] rectified output of the cell before the last
   * @param last - [batch, ...] rectified output of the last cell
   * @param auxiliarySkip - [] factor on what skips beside every edge add to a cell node, or null for no such skips
   */
  forward(
    build: Build,
    beforeLast: Tensor,
    last: Tensor,
    weights: EdgeWeights,
    auxiliarySkip: Tensor | null,
  ): Tensor {
    const prepare = (x: Tensor, from: number): CellInput => {
      const stride = edgeStride({ from }, this.isReduction);
      const input = nodeInput(x, this.partialChannels, stride);
      return { ...input, skip: auxiliarySkip && skipOf(input.active.raw, stride) };
    };
    const inputs = build.apply(this.inputs, beforeLast, last).map(prepare);
    const nodes: Tensor[] = [];
    for (let cellNode = 0; cellNode < this.numCellNodes; cellNode++) {
      const node = this.cellNode(build, cellNode, inputs, weights, auxiliarySkip);
      nodes.push(node);
      inputs.push(prepare(node, NUM_CELL_INPUTS + cellNode));
    }
    return concat(nodes, { axis: 1 });
  }

  private cellNode(
    build: Build,
    cellNode: number,
    inputs: readonly CellInput[],
    { primitives, edges }: EdgeWeights,
    auxiliarySkip: Tensor | null,
  ): Tensor {
    const indices = inputs.map((_, from) => edgeIndex({ cellNode, from }));
    const mixed = sumOf(
      indices.map((edge, from) => build.apply(this.edges[edge]!, inputs[from]!.active, primitives[edge]!)),
    );
    const weighted = (parts: readonly (Tensor | null)[]): Tensor[] =>
      indices.flatMap((edge, from) => {
        const part = parts[from];
        return part ? [edges ? mul(part, edges[edge]!) : part] : [];
      });
    const skips = weighted(inputs.map(({ skip }) => skip));
    const active = auxiliarySkip ? add(mixed, mul(sumOf(skips), auxiliarySkip)) : mixed;
    const bypass = weighted(inputs.map((input) => input.bypass));
    return bypass.length === 0 ? active : joinShuffled(active, sumOf(bypass), this.partialChannels);
  }
}

/** What all edges from an input share, and what an auxiliary skip carries, where there is one. */
interface CellInput extends NodeInput {
  readonly skip: Tensor | null;
}

// Differs from DARTS-: a mean of 2x2 pixels where the map is halved, so that the skip has no weights.
function skipOf(x: Tensor, stride: 1 | 2): Tensor {
  return stride === 1 ? x : avgPool2d(x, { kernelSize: 2, stride: 2 });
}
