// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import { BatchNorm, concat, Conv2d, ShapeError, slice } from "@semlink/engine";
import type { ConvNormOptions } from "./conv-norm.ts";

export type FactorizedReduceOptions = Pick<ConvNormOptions, "inChannels" | "outChannels" | "norm">;

/**
 * Halves the map without dropping pixels unseen: two 1x1 convolutions of stride 2, the second shifted by one pixel,
 * each making half of the channels, joined and normalised.
 * `[batch, inChannels, height, width] → [batch, outChannels, height / 2, width / 2]`; expects a rectified map.
 *
 * Costs as much as one 1x1 convolution with norm.
 *
 * @throws ShapeError `odd-map` when height or width is odd, `odd-channels` when `outChannels` is
 * @source Liu et al. 2019 (DARTS), arXiv 1806.09055, code of `FactorizedReduce`
 */
export class FactorizedReduce implements Layer {
  readonly even: Conv2d;
  readonly odd: Conv2d;
  readonly norm: BatchNorm;

  constructor({ inChannels, outChannels, norm }: FactorizedReduceOptions) {
    if (outChannels % 2 !== 0) throw notEven("odd-channels", "output channels", `${outChannels}`);
    const half = { inChannels, outChannels: outChannels / 2, kernelSize: 1, stride: 2, bias: false };
    this.even = new Conv2d(half);
    this.odd = new Conv2d(half);
    this.norm = new BatchNorm({ numFeatures: outChannels, affine: norm.affine });
  }

  forward(build: Build, x: Tensor): Tensor {
    const [height, width] = x.shape.slice(2) as [number, number];
    if (height % 2 !== 0 || width % 2 !== 0) {
      throw notEven("odd-map", "height and width", `${height}x${width}`);
    }
    const rows = slice(x, { axis: 2, start: 1, end: height });
    const shifted = slice(rows, { axis: 3, start: 1, end: width });
    const halves = [build.apply(this.even, x), build.apply(this.odd, shifted)];
    return build.apply(this.norm, concat(halves, { axis: 1 }));
  }
}

function notEven(code: string, what: string, actual: string): ShapeError {
  return new ShapeError({
    code,
    where: "FactorizedReduce",
    expected: `even ${what}`,
    actual,
    hint: "each reduction cell halves the map: choose an image size that stays even",
  });
}
