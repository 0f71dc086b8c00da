// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import { relu } from "@semlink/engine";
import { DepthwiseSeparable, depthwiseSeparableCost } from "./depthwise-separable.ts";
import type { EdgeInput, Primitive, PrimitiveOptions } from "./primitive.ts";

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
