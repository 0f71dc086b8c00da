// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import { ConvNorm, convNormCost } from "./conv-norm.ts";
import type { EdgeInput, Primitive } from "./primitive.ts";

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
