// SPDX-License-Identifier: Apache-2.0
import type { Build, Conv2dLayerOptions, Layer, Tensor } from "@semlink/engine";
import { add, BatchNorm, Conv2d, globalAveragePool, Linear, relu } from "@semlink/engine";

export interface CompactCnnOptions {
  readonly inChannels: number;
  /** Channels of a first unit at full resolution; 0 leaves it out, and the first stage sees the pixels. */
  readonly stemWidth: number;
  /** Channels of each stage; every stage halves the map. Multiples of 16 suit the CPU's kernels. */
  readonly widths: readonly number[];
  /** Units of each stage at the same size. */
  readonly depths: readonly number[];
  /** Whether these units are residual, `y + unit(y)`, or plain, `unit(y)`. */
  readonly residual: boolean;
  readonly embedDim: number;
}

/** `relu(bn(conv(x)))`, without a bias that the normalisation would remove. */
class ConvUnit implements Layer {
  readonly conv: Conv2d;
  readonly norm: BatchNorm;

  constructor(options: Pick<Conv2dLayerOptions, "inChannels" | "outChannels" | "kernelSize" | "stride">) {
    this.conv = new Conv2d({ ...options, padding: 1, bias: false });
    this.norm = new BatchNorm({ numFeatures: options.outChannels });
  }

  forward(build: Build, x: Tensor): Tensor {
    return relu(build.apply(this.norm, build.apply(this.conv, x)));
  }
}

interface StageOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly depth: number;
  readonly residual: boolean;
}

/** A stage: one unit that halves the map, then units at the same size. */
class Stage implements Layer {
  readonly reduce: ConvUnit;
  readonly refine: readonly ConvUnit[];
  private readonly residual: boolean;

  constructor({ inChannels, outChannels, kernelSize, depth, residual }: StageOptions) {
    this.reduce = new ConvUnit({ inChannels, outChannels, kernelSize, stride: 2 });
    this.refine = Array.from(
      { length: depth },
      () => new ConvUnit({ inChannels: outChannels, outChannels, kernelSize: 3, stride: 1 }),
    );
    this.residual = residual;
  }

  forward(build: Build, x: Tensor): Tensor {
    const refined = (y: Tensor, unit: ConvUnit): Tensor =>
      this.residual ? add(y, build.apply(unit, y)) : build.apply(unit, y);
    return this.refine.reduce(refined, build.apply(this.reduce, x));
  }
}

/**
 * The hand-made student: strided stages, residual or plain, from the pixels on, global average pool, projector.
 *
 * `[batch, inChannels, height, width] → [batch, embedDim]`, the estimate of the teacher's standardised embedding. The
 * first stage sees the pixels through 4x4 windows; nothing runs at full resolution, where a small CPU spends its
 * time. The projector (linear and batch norm) is part of the network at inference.
 *
 * @source semlink; residual units after He et al. 2016, projector after Chen et al. 2022 (SimKD), arXiv 2203.14001
 */
export class CompactCnn implements Layer {
  readonly stem: ConvUnit | null;
  readonly stages: readonly Stage[];
  readonly projector: Linear;
  readonly projectorNorm: BatchNorm;

  constructor({ inChannels, stemWidth, widths, depths, residual, embedDim }: CompactCnnOptions) {
    this.stem =
      stemWidth === 0 ? null : new ConvUnit({ inChannels, outChannels: stemWidth, kernelSize: 3, stride: 1 });
    const firstKernel = this.stem ? 3 : 4;
    this.stages = widths.map((width, index) => {
      const before = index === 0 ? stemWidth || inChannels : widths[index - 1]!;
      return new Stage({
        inChannels: before,
        outChannels: width,
        kernelSize: index === 0 ? firstKernel : 3,
        depth: depths[index]!,
        residual,
      });
    });
    this.projector = new Linear({
      inFeatures: widths[widths.length - 1]!,
      outFeatures: embedDim,
      bias: false,
    });
    this.projectorNorm = new BatchNorm({ numFeatures: embedDim });
  }

  forward(build: Build, images: Tensor): Tensor {
    const start = this.stem ? build.apply(this.stem, images) : images;
    const x = this.stages.reduce((y, stage) => build.apply(stage, y), start);
    return build.apply(this.projectorNorm, build.apply(this.projector, globalAveragePool(x)));
  }
}
