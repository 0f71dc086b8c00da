// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import { DepthwiseSeparable, depthwiseSeparableCost } from "./depthwise-separable.ts";
import type { EdgeInput, Primitive, PrimitiveOptions } from "./primitive.ts";

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
