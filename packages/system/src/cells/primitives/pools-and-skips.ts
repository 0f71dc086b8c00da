// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, PoolOptions, Tensor } from "@semlink/engine";
import {
  avgPool2d,
  BatchNorm,
  concat,
  Conv2d,
  maxPool2d,
  mul,
  pad,
  ShapeError,
  slice,
} from "@semlink/engine";
import type { ConvNormOptions } from "./convolutions.ts";
import { convNormCost } from "./convolutions.ts";
import type { EdgeInput, Primitive, PrimitiveOptions } from "./primitive.ts";
import { FREE } from "./primitive.ts";

/** No edge: `y = 0`. A mixed op leaves it out of the sum; its share of the softmax is what it takes away. */
export const none: Primitive = {
  name: "none",
  isNone: true,
  create: ({ stride }): Layer<[input: EdgeInput]> => ({
    forward: (_build, { raw }) => mul(strided(raw, stride), 0),
  }),
  cost: () => FREE,
};

function strided(x: Tensor, step: number): Tensor {
  if (step === 1) return x;
  const [height, width] = x.shape.slice(2) as [number, number];
  return slice(slice(x, { axis: 2, start: 0, end: height, step }), { axis: 3, start: 0, end: width, step });
}

/** `norm(pool(x))` over 3x3 windows, padding 1; the norm only where the policy asks for it. */
export class PooledNorm implements Layer<[input: EdgeInput]> {
  readonly norm: BatchNorm | null;
  private readonly pool: (x: Tensor, options: PoolOptions) => Tensor;
  private readonly stride: number;

  constructor(pool: (x: Tensor, options: PoolOptions) => Tensor, options: PrimitiveOptions) {
    const { channels, stride, norm } = options;
    this.norm = norm.afterPool ? new BatchNorm({ numFeatures: channels, affine: norm.affine }) : null;
    this.pool = pool;
    this.stride = stride;
  }

  forward(build: Build, { raw }: EdgeInput): Tensor {
    const pooled = this.pool(raw, { kernelSize: 3, stride: this.stride, padding: 1 });
    return this.norm ? build.apply(this.norm, pooled) : pooled;
  }
}

/** The mean of each 3x3 window; padding is not counted. */
export const avgPool3x3: Primitive = {
  name: "avg_pool_3x3",
  create: (options) => new PooledNorm(avgPool2d, options),
  cost: () => FREE,
};

/** The maximum of each 3x3 window. */
export const maxPool3x3: Primitive = {
  name: "max_pool_3x3",
  create: (options) => new PooledNorm(maxPool2d, options),
  cost: () => FREE,
};

export type FactorizedReduceOptions = Pick<ConvNormOptions, "inChannels" | "outChannels" | "norm">;

/**
 * Halves the map without dropping pixels unseen: two 1x1 convolutions of stride 2, the second shifted by one pixel,
 * each making half of the channels, joined and normalised.
 * `[batch, inChannels, height, width] → [batch, outChannels, ⌈height / 2⌉, ⌈width / 2⌉]`; expects a rectified map. A map of
 * odd height or width is as large as its other primitives make it: the shifted one has a row or column of zeros at its end.
 *
 * Costs as much as one 1x1 convolution with norm.
 *
 * @throws ShapeError `odd-channels` when `outChannels` is odd
 * @source Liu et al. 2019 (DARTS), arXiv 1806.09055, code of `FactorizedReduce`
 */
export class FactorizedReduce implements Layer {
  readonly even: Conv2d;
  readonly odd: Conv2d;
  readonly norm: BatchNorm;

  constructor({ inChannels, outChannels, norm }: FactorizedReduceOptions) {
    if (outChannels % 2 !== 0) {
      throw new ShapeError({
        code: "odd-channels",
        where: "FactorizedReduce",
        expected: "even output channels",
        actual: `${outChannels}`,
        hint: "each of its two convolutions makes half of the channels",
      });
    }
    const half = { inChannels, outChannels: outChannels / 2, kernelSize: 1, stride: 2, bias: false };
    this.even = new Conv2d(half);
    this.odd = new Conv2d(half);
    this.norm = new BatchNorm({ numFeatures: outChannels, affine: norm.affine });
  }

  forward(build: Build, x: Tensor): Tensor {
    const [height, width] = x.shape.slice(2) as [number, number];
    const rows = slice(x, { axis: 2, start: 1, end: height });
    const shifted = pad(slice(rows, { axis: 3, start: 1, end: width }), {
      pads: [
        [0, 0],
        [0, 0],
        [0, height % 2],
        [0, width % 2],
      ],
    });
    const halves = [build.apply(this.even, x), build.apply(this.odd, shifted)];
    return build.apply(this.norm, concat(halves, { axis: 1 }));
  }
}

class Reduction implements Layer<[input: EdgeInput]> {
  readonly reduce: FactorizedReduce;

  constructor(reduce: FactorizedReduce) {
    this.reduce = reduce;
  }

  forward(build: Build, { rectified }: EdgeInput): Tensor {
    return build.apply(this.reduce, rectified);
  }
}

/** `y = x`; with stride 2 a factorized reduction of `relu(x)`. */
export const skipConnect: Primitive = {
  name: "skip_connect",
  create: ({ channels, stride, norm }) =>
    stride === 1
      ? { forward: (_build, { raw }): Tensor => raw }
      : new Reduction(new FactorizedReduce({ inChannels: channels, outChannels: channels, norm })),
  cost: ({ channels, stride, outHeight, outWidth }) =>
    stride === 1
      ? FREE
      : convNormCost({ inChannels: channels, outChannels: channels, kernelSize: 1 }, outHeight * outWidth),
};
