// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import { BatchNorm, Conv2d } from "@semlink/engine";
import type { Cost, NormPolicy } from "./primitive.ts";

export interface ConvNormOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: 1 | 3;
  readonly stride?: number;
  readonly norm: Pick<NormPolicy, "affine">;
}

/** `norm(conv(x))`, zero-padded, without bias: `[batch, inChannels, ...] → [batch, outChannels, ...]`. */
export class ConvNorm implements Layer {
  readonly conv: Conv2d;
  readonly norm: BatchNorm;

  constructor({ inChannels, outChannels, kernelSize, stride = 1, norm }: ConvNormOptions) {
    const padding = (kernelSize - 1) / 2;
    this.conv = new Conv2d({ inChannels, outChannels, kernelSize, stride, padding, bias: false });
    this.norm = new BatchNorm({ numFeatures: outChannels, affine: norm.affine });
  }

  forward(build: Build, x: Tensor): Tensor {
    return build.apply(this.norm, build.apply(this.conv, x));
  }
}

/**
 * Cost of {@link ConvNorm} with an affine norm: `k² C_in C_out` weights, used at each of `outArea` places, and 2
 * values for each channel.
 */
export function convNormCost(
  { inChannels, outChannels, kernelSize }: Omit<ConvNormOptions, "norm" | "stride">,
  outArea: number,
): Cost {
  const weights = kernelSize ** 2 * inChannels * outChannels;
  return { macs: weights * outArea, params: weights + 2 * outChannels };
}
