// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Param, Tensor } from "@semlink/engine";
import { normalInit, param } from "@semlink/engine";
import { PooledHead, stem, throughCells } from "./cell-network.ts";
import { cellEdges } from "./cell-edges.ts";
import type { CellNetworkOptions } from "./cell-plan.ts";
import { cellPlans } from "./cell-plan.ts";
import { SearchCell } from "./cell.ts";
import type { EdgeWeights } from "./edge-weights.ts";
import { edgeWeights } from "./edge-weights.ts";
import type { PrimitiveSet } from "./primitive-sets.ts";
import { primitiveSet } from "./primitive-sets.ts";
import type { ConvNorm } from "./primitives/conv-norm.ts";

// images → stem ─┬─ beforeLast ─┐
//                └─ last ───────┴→ cells[0] → cells[1] → ... → head → logits or embedding
//
// cell:  beforeLast, last → inputs → 0, 1
//        node i = Σ_{from < i + 2} mixedOp(from → i),  mixedOp(x) = Σ_o softmax(alpha_e)_o · beta_e · o(x)
//        output = nodes joined;  alphaNormal, or alphaReduce where the map is halved

export interface SupernetOptions extends CellNetworkOptions {
  readonly primitives: PrimitiveSet;
  /** K: primitives see 1/K of the channels, the others pass by. */
  readonly partialChannels?: number;
  /** Whether edges into a node compete by a softmax over beta; by default where K > 1. */
  readonly edgeNormalization?: boolean;
}

const START = normalInit(1e-3);

/**
 * The search network: every edge of every cell computes all primitives, weighted by the architecture parameters, which
 * all normal cells share, and all reduction cells. `[batch, inChannels, height, width] → [batch, numClasses]`, or
 * `embedDim`.
 *
 * @throws SemlinkError `invalid-primitive-set`; ShapeError `partial-channels`
 * @source Liu et al. 2019 (DARTS), arXiv 1806.09055; Xu et al. 2020 (PC-DARTS), arXiv 1907.05737
 * @differs from both: one ReLU for each input of a cell, shared by its edges and primitives
 */
export class Supernet implements Layer<[images: Tensor]> {
  readonly alphaNormal: Param; // [numEdges, numPrimitives]
  readonly alphaReduce: Param; // [numEdges, numPrimitives]
  readonly betaNormal: Param | null; // [numEdges]
  readonly betaReduce: Param | null; // [numEdges]
  readonly stem: ConvNorm;
  readonly cells: readonly SearchCell[];
  readonly head: PooledHead;
  private readonly numCellNodes: number;

  constructor(options: SupernetOptions) {
    const { numCellNodes, partialChannels = 1, edgeNormalization = partialChannels > 1 } = options;
    const primitives = primitiveSet(options.primitives);
    const numEdges = cellEdges(numCellNodes).length;
    this.alphaNormal = param([numEdges, primitives.length], START);
    this.alphaReduce = param([numEdges, primitives.length], START);
    this.betaNormal = edgeNormalization ? param([numEdges], START) : null;
    this.betaReduce = edgeNormalization ? param([numEdges], START) : null;
    this.stem = stem(options);
    this.cells = cellPlans(options).map(
      (plan) => new SearchCell({ plan, numCellNodes, primitives, partialChannels }),
    );
    this.head = new PooledHead(options);
    this.numCellNodes = numCellNodes;
  }

  forward(build: Build, images: Tensor): Tensor {
    const normal = this.weightsFrom(this.alphaNormal, this.betaNormal);
    const reduce = this.weightsFrom(this.alphaReduce, this.betaReduce);
    return throughCells(build, images, this, (cell, beforeLast, last) =>
      build.apply(cell, beforeLast, last, cell.isReduction ? reduce : normal),
    );
  }

  /** What the upper level trains; all other parameters are weights. */
  architectureParams(): readonly Param[] {
    const all = [this.alphaNormal, this.alphaReduce, this.betaNormal, this.betaReduce];
    return all.filter((candidate) => candidate !== null);
  }

  private weightsFrom(alpha: Param, beta: Param | null): EdgeWeights {
    return edgeWeights(alpha.value, beta?.value ?? null, this.numCellNodes);
  }
}
