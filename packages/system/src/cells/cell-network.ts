// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import { BatchNorm, globalAveragePool, Linear, relu } from "@semlink/engine";
import type { CellNetworkOptions } from "./cell-plan.ts";
import { outChannels, stemChannels } from "./cell-plan.ts";
import { ConvNorm } from "./primitives/conv-norm.ts";

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
