// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import { add, BatchNorm, Conv2d, globalAveragePool, Linear, relu } from "@semlink/engine";

export interface CompactCnnOptions {
  readonly inChannels: number;
  /** Channels of the stem and of each stage; stage i halves the map. Multiples of 16 suit the CPU's kernels. */
  readonly widths: readonly [stem: number, ...stages: number[]];
  readonly embedDim: number;
}

/** `relu(bn(conv(x)))`, without a bias that the normalisation would remove. */
class ConvUnit implements Layer {
  readonly conv: Conv2d;
  readonly norm: BatchNorm;

  constructor(inChannels: number, outChannels: number, stride: number) {
    const window = { kernelSize: 3, stride, padding: 1, bias: false };
    this.conv = new Conv2d({ inChannels, outChannels, ...window });
    this.norm = new BatchNorm({ numFeatures: outChannels });
  }

  forward(build: Build, x: Tensor): Tensor {
    return relu(build.apply(this.norm, build.apply(this.conv, x)));
  }
}

/** A stage: one strided unit, then a residual unit at the same size. */
class Stage implements Layer {
  readonly reduce: ConvUnit;
  readonly refine: ConvUnit;

  constructor(inChannels: number, outChannels: number) {
    this.reduce = new ConvUnit(inChannels, outChannels, 2);
    this.refine = new ConvUnit(outChannels, outChannels, 1);
  }

  forward(build: Build, x: Tensor): Tensor {
    const reduced = build.apply(this.reduce, x);
    return add(reduced, build.apply(this.refine, reduced));
  }
}

/**
 * The hand-made student: stem, strided residual stages, global average pool, projector.
 *
 * `[batch, inChannels, height, width] → [batch, embedDim]`, the estimate of the teacher's standardised embedding. The
 * projector (linear and batch norm) is part of the network at inference.
 *
 * @source semlink; residual units after He et al. 2016, projector after Chen et al. 2022 (SimKD), arXiv 2203.14001
 */
export class CompactCnn implements Layer {
  readonly stem: ConvUnit;
  readonly stages: readonly Stage[];
  readonly projector: Linear;
  readonly projectorNorm: BatchNorm;

  constructor({ inChannels, widths, embedDim }: CompactCnnOptions) {
    const [stem, ...stages] = widths;
    this.stem = new ConvUnit(inChannels, stem, 1);
    this.stages = stages.map((width, index) => new Stage(widths[index]!, width));
    this.projector = new Linear({ inFeatures: widths[widths.length - 1]!, outFeatures: embedDim, bias: false });
    this.projectorNorm = new BatchNorm({ numFeatures: embedDim });
  }

  forward(build: Build, images: Tensor): Tensor {
    let x = build.apply(this.stem, images);
    for (const stage of this.stages) x = build.apply(stage, x);
    return build.apply(this.projectorNorm, build.apply(this.projector, globalAveragePool(x)));
  }
}
