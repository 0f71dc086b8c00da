// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import { BatchNorm, Conv2d } from "@semlink/engine";
import type { Cost, NormPolicy } from "./primitive.ts";

export interface DepthwiseSeparableOptions {
  readonly channels: number;
  readonly kernelSize: 3 | 5;
  readonly stride: 1 | 2;
  readonly dilation: 1 | 2;
  readonly norm: NormPolicy;
}

/** `norm(pointwise(depthwise(x)))`, zero-padded, without biases; channels are kept. */
export class DepthwiseSeparable implements Layer {
  readonly depthwise: Conv2d;
  readonly pointwise: Conv2d;
  readonly norm: BatchNorm;

  constructor({ channels, kernelSize, stride, dilation, norm }: DepthwiseSeparableOptions) {
    const same = { inChannels: channels, outChannels: channels, bias: false };
    const padding = (dilation * (kernelSize - 1)) / 2;
    this.depthwise = new Conv2d({ ...same, kernelSize, stride, dilation, padding, groups: channels });
    this.pointwise = new Conv2d({ ...same, kernelSize: 1 });
    this.norm = new BatchNorm({ numFeatures: channels, affine: norm.affine });
  }

  forward(build: Build, x: Tensor): Tensor {
    return build.apply(this.norm, build.apply(this.pointwise, build.apply(this.depthwise, x)));
  }
}

/** Cost of {@link DepthwiseSeparable} with an affine norm: `C (k² + C)` weights at each of `outArea` places. */
export function depthwiseSeparableCost(channels: number, kernelSize: number, outArea: number): Cost {
  const weights = channels * (kernelSize ** 2 + channels);
  return { macs: weights * outArea, params: weights + 2 * channels };
}
