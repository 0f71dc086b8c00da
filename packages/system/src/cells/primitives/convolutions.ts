// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import { BatchNorm, Conv2d, relu } from "@semlink/engine";
import type { Cost, EdgeInput, NormPolicy, Primitive, PrimitiveOptions } from "./primitive.ts";

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

class RectifiedConv implements Layer<[input: EdgeInput]> {
  readonly unit: ConvNorm;

  constructor(unit: ConvNorm) {
    this.unit = unit;
  }

  forward(build: Build, { rectified }: EdgeInput): Tensor {
    return build.apply(this.unit, rectified);
  }
}

/** The primitive `norm(conv(relu(x)))` with a full convolution of that size. */
export function rectifiedConv(kernelSize: 1 | 3): Primitive {
  const sizes = (channels: number): { inChannels: number; outChannels: number; kernelSize: 1 | 3 } => ({
    inChannels: channels,
    outChannels: channels,
    kernelSize,
  });
  return {
    name: `conv_${kernelSize}x${kernelSize}`,
    create: ({ channels, stride, norm }) =>
      new RectifiedConv(new ConvNorm({ ...sizes(channels), stride, norm })),
    cost: ({ channels, outHeight, outWidth }) => convNormCost(sizes(channels), outHeight * outWidth),
  };
}

/** ReLU, full 1x1 convolution, norm. */
export const conv1x1: Primitive = rectifiedConv(1);

/** ReLU, full 3x3 convolution, norm. */
export const conv3x3: Primitive = rectifiedConv(3);

/** ReLU, depthwise, pointwise, norm, twice; the stride is in the first. */
class SepConv implements Layer<[input: EdgeInput]> {
  readonly first: DepthwiseSeparable;
  readonly second: DepthwiseSeparable;

  constructor(kernelSize: 3 | 5, options: PrimitiveOptions) {
    this.first = new DepthwiseSeparable({ ...options, kernelSize, dilation: 1 });
    this.second = new DepthwiseSeparable({ ...options, kernelSize, dilation: 1, stride: 1 });
  }

  forward(build: Build, { rectified }: EdgeInput): Tensor {
    return build.apply(this.second, relu(build.apply(this.first, rectified)));
  }
}

function sepConv(kernelSize: 3 | 5): Primitive {
  return {
    name: `sep_conv_${kernelSize}x${kernelSize}`,
    create: (options) => new SepConv(kernelSize, options),
    cost: ({ channels, outHeight, outWidth }) => {
      const { macs, params } = depthwiseSeparableCost(channels, kernelSize, outHeight * outWidth);
      return { macs: 2 * macs, params: 2 * params };
    },
  };
}

/** Two separable 3x3 convolutions. */
export const sepConv3x3: Primitive = sepConv(3);

/** Two separable 5x5 convolutions. */
export const sepConv5x5: Primitive = sepConv(5);

/** ReLU, depthwise with dilation 2, pointwise, norm. */
class DilConv implements Layer<[input: EdgeInput]> {
  readonly unit: DepthwiseSeparable;

  constructor(kernelSize: 3 | 5, options: PrimitiveOptions) {
    this.unit = new DepthwiseSeparable({ ...options, kernelSize, dilation: 2 });
  }

  forward(build: Build, { rectified }: EdgeInput): Tensor {
    return build.apply(this.unit, rectified);
  }
}

function dilConv(kernelSize: 3 | 5): Primitive {
  return {
    name: `dil_conv_${kernelSize}x${kernelSize}`,
    create: (options) => new DilConv(kernelSize, options),
    cost: ({ channels, outHeight, outWidth }) =>
      depthwiseSeparableCost(channels, kernelSize, outHeight * outWidth),
  };
}

/** Dilated separable 3x3 convolution, which sees 5x5. */
export const dilConv3x3: Primitive = dilConv(3);

/** Dilated separable 5x5 convolution, which sees 9x9. */
export const dilConv5x5: Primitive = dilConv(5);
