// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import { BatchNorm, globalAveragePool, Linear, relu, SemlinkError } from "@semlink/engine";
import type { CellNetworkOptions } from "./cell-plan.ts";
import { cellPlans, outChannels, stemChannels } from "./cell-plan.ts";
import { DerivedCell } from "./cell.ts";
import type { Genotype } from "./genotype.ts";
import type { PrimitiveSet } from "./primitive-sets.ts";
import { knownPrimitives } from "./primitive-sets.ts";
import { ConvNorm } from "./primitives/convolutions.ts";
import type { NormPolicy } from "./primitives/primitive.ts";
import { FINAL_NORM } from "./primitives/primitive.ts";

/** The first convolution: 3x3, to three times the channels of a cell node, normalised. */
export function stem(options: CellNetworkOptions): ConvNorm {
  return new ConvNorm({
    inChannels: options.inChannels,
    outChannels: stemChannels(options),
    kernelSize: 3,
    stride: options.stemStride,
    norm: { affine: true },
  });
}

/**
 * Global average pool, then logits `[batch, numClasses]`, or an embedding `[batch, embedDim]` through a linear
 * projector with batch norm. The projector is part of the network at inference.
 *
 * @source projector after Chen et al. 2022 (SimKD), arXiv 2203.14001
 */
export class PooledHead implements Layer {
  readonly linear: Linear;
  readonly norm: BatchNorm | null;

  constructor(options: CellNetworkOptions) {
    const { head } = options;
    const embeds = "embedDim" in head;
    const outFeatures = embeds ? head.embedDim : head.numClasses;
    this.linear = new Linear({ inFeatures: outChannels(options), outFeatures, bias: !embeds });
    this.norm = embeds ? new BatchNorm({ numFeatures: outFeatures }) : null;
  }

  forward(build: Build, x: Tensor): Tensor {
    const y = build.apply(this.linear, globalAveragePool(x));
    return this.norm ? build.apply(this.norm, y) : y;
  }
}

/** The parts that every network of cells has. */
export interface CellNetwork<Cell> {
  readonly stem: ConvNorm;
  readonly cells: readonly Cell[];
  readonly head: PooledHead;
}

/**
 * Stem, cells, head. A cell gets the rectified outputs of the two before it, each rectified once.
 *
 * @param images - [batch, inChannels, height, width]
 * @param applyCell - [batch, numCellNodes channels, ...] from the two rectified maps
 */
export function throughCells<Cell>(
  build: Build,
  images: Tensor,
  network: CellNetwork<Cell>,
  applyCell: (cell: Cell, beforeLast: Tensor, last: Tensor) => Tensor,
): Tensor {
  let output = build.apply(network.stem, images);
  let last = relu(output);
  let beforeLast = last;
  for (const cell of network.cells) {
    output = applyCell(cell, beforeLast, last);
    [beforeLast, last] = [last, relu(output)];
  }
  return build.apply(network.head, output);
}

export interface DerivedNetworkOptions extends CellNetworkOptions {
  readonly genotype: Genotype;
  /** Where the genotype's names are looked up; by default every primitive that comes with semlink. */
  readonly primitives?: PrimitiveSet;
  /** How it normalises; affine and not after pools by default. */
  readonly norm?: NormPolicy;
}

/**
 * The network of a genotype: `[batch, inChannels, height, width] → [batch, numClasses]`, or `embedDim`.
 *
 * Parameters are named as in the supernet of the same sizes, so weights found in the search can start it.
 *
 * @throws SemlinkError `unknown-primitive`, `genotype-size` when the genotype has other numbers of cell nodes
 * @source Liu et al. 2019 (DARTS), arXiv 1806.09055
 * @differs no drop-path and no auxiliary head
 */
export class DerivedNetwork implements Layer<[images: Tensor]> {
  readonly stem: ConvNorm;
  readonly cells: readonly DerivedCell[];
  readonly head: PooledHead;

  constructor(options: DerivedNetworkOptions) {
    const { genotype, primitives = knownPrimitives, norm = FINAL_NORM, numCellNodes } = options;
    checkSize(genotype, numCellNodes);
    this.stem = stem(options);
    this.cells = cellPlans(options).map(
      (plan) => new DerivedCell(plan, plan.isReduction ? genotype.reduce : genotype.normal, primitives, norm),
    );
    this.head = new PooledHead(options);
  }

  forward(build: Build, images: Tensor): Tensor {
    return throughCells(build, images, this, (cell, ...inputs) => build.apply(cell, ...inputs));
  }
}

function checkSize({ normal, reduce }: Genotype, numCellNodes: number): void {
  if (normal.length === numCellNodes && reduce.length === numCellNodes) return;
  throw new SemlinkError({
    code: "genotype-size",
    where: "DerivedNetwork",
    expected: `${numCellNodes} cell nodes in each cell`,
    actual: `${normal.length} and ${reduce.length}`,
    hint: "numCellNodes must be that of the search",
  });
}
