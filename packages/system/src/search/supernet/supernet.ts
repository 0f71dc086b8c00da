// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Param, Tensor } from "@semlink/engine";
import { gumbelNoise, gumbelSoftmax, normalInit, param } from "@semlink/engine";
import { PooledHead, stem, throughCells } from "../../cells/cell-network.ts";
import type { CellNetworkOptions } from "../../cells/cell-plan.ts";
import { cellEdges, cellPlans } from "../../cells/cell-plan.ts";
import type { PrimitiveSet } from "../../cells/primitive-sets.ts";
import { primitiveSet } from "../../cells/primitive-sets.ts";
import type { ConvNorm } from "../../cells/primitives/convolutions.ts";
import type { EdgeTables, EdgeWeights, KeptCells, KeptPrimitives, ShareOptions } from "./edge-weights.ts";
import { alphaLogits, edgeTables, edgeWeights } from "./edge-weights.ts";
import { SearchCell } from "./search-cell.ts";

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
  /** T of `softmax(alpha / T)`, 1 if left out. */
  readonly alphaTemperature?: number;
  /** All primitives weighted, or one drawn for each edge and step; mixed if left out. */
  readonly sampling?: "mixed" | "single-path";
  /** What is left of each edge after pruning; everything if left out. */
  readonly kept?: KeptCells | undefined;
}

/** What may take the place of the architecture's parameters, or come beside them. */
export interface SupernetControls {
  /** Weights of the edges that do not come from alpha: those of a genotype, or inputs. */
  readonly weights?: { readonly normal: EdgeWeights; readonly reduce: EdgeWeights };
  /** [] factor on a skip beside every edge; no such skips if left out. */
  readonly auxiliarySkip?: Tensor;
}

const START = normalInit(1e-3);

/**
 * The search network: every edge of every cell computes all primitives, weighted by the architecture parameters, which
 * all normal cells share, and all reduction cells. `[batch, inChannels, height, width] → [batch, numClasses]`, or
 * `embedDim`.
 *
 * @throws SemlinkError `invalid-primitive-set`; ShapeError `partial-channels`
 * @source Liu et al. 2019 (DARTS), arXiv 1806.09055; Xu et al. 2020 (PC-DARTS), arXiv 1907.05737; single path: Dong &
 * Yang 2019 (GDAS), arXiv 1910.04465
 * @differs from both: one ReLU for each input of a cell, shared by its edges and primitives
 */
export class Supernet implements Layer<[images: Tensor, controls?: SupernetControls]> {
  readonly alphaNormal: Param; // [numEdges, numPrimitives]
  readonly alphaReduce: Param; // [numEdges, numPrimitives]
  readonly betaNormal: Param | null; // [numEdges]
  readonly betaReduce: Param | null; // [numEdges]
  readonly stem: ConvNorm;
  readonly cells: readonly SearchCell[];
  readonly head: PooledHead;
  private readonly options: SupernetOptions;

  constructor(options: SupernetOptions) {
    const { numCellNodes, partialChannels = 1, edgeNormalization = partialChannels > 1, kept } = options;
    const primitives = primitiveSet(options.primitives);
    const numEdges = cellEdges(numCellNodes).length;
    this.alphaNormal = param([numEdges, primitives.length], START);
    this.alphaReduce = param([numEdges, primitives.length], START);
    this.betaNormal = edgeNormalization ? param([numEdges], START) : null;
    this.betaReduce = edgeNormalization ? param([numEdges], START) : null;
    this.stem = stem(options);
    this.cells = cellPlans(options).map(
      (plan) =>
        new SearchCell({
          plan,
          numCellNodes,
          primitives,
          partialChannels,
          kept: plan.isReduction ? kept?.reduce : kept?.normal,
        }),
    );
    this.head = new PooledHead(options);
    this.options = options;
  }

  forward(build: Build, images: Tensor, controls: SupernetControls = {}): Tensor {
    const { weights = this.weights(build), auxiliarySkip = null } = controls;
    return throughCells(build, images, this, (cell, beforeLast, last) =>
      build.apply(cell, beforeLast, last, cell.isReduction ? weights.reduce : weights.normal, auxiliarySkip),
    );
  }

  /** What alpha and beta stand for, as tables; nothing is drawn. */
  tables(): { readonly normal: EdgeTables; readonly reduce: EdgeTables } {
    const { numCellNodes, kept } = this.options;
    const ofCell = (alpha: Param, beta: Param | null, left?: KeptPrimitives): EdgeTables =>
      edgeTables(alpha.value, beta?.value ?? null, numCellNodes, this.shareOptions(left));
    return {
      normal: ofCell(this.alphaNormal, this.betaNormal, kept?.normal),
      reduce: ofCell(this.alphaReduce, this.betaReduce, kept?.reduce),
    };
  }

  /** What the upper level trains; all other parameters are weights. */
  architectureParams(): readonly Param[] {
    const all = [this.alphaNormal, this.alphaReduce, this.betaNormal, this.betaReduce];
    return all.filter((candidate) => candidate !== null);
  }

  private weights(build: Build): { readonly normal: EdgeWeights; readonly reduce: EdgeWeights } {
    const { normal, reduce } = this.tables();
    const { kept, sampling = "mixed" } = this.options;
    if (sampling === "mixed") return { normal: edgeWeights(normal), reduce: edgeWeights(reduce) };
    const drawn = (name: string, alpha: Param, left?: KeptPrimitives): Tensor => {
      const noise = gumbelNoise(build.random(name, alpha.shape, "uniform"));
      const logits = alphaLogits(alpha.value, this.shareOptions(left));
      return gumbelSoftmax(logits, noise, { temperature: 1, hard: true, axis: 1 });
    };
    return {
      normal: edgeWeights({ ...normal, shares: drawn("pathNormal", this.alphaNormal, kept?.normal) }),
      reduce: edgeWeights({ ...reduce, shares: drawn("pathReduce", this.alphaReduce, kept?.reduce) }),
    };
  }

  private shareOptions(kept: KeptPrimitives | undefined): ShareOptions {
    const { alphaTemperature: temperature = 1 } = this.options;
    return kept ? { temperature, kept } : { temperature };
  }
}
