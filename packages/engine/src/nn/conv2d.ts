// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "../graph/tensor.ts";
import { conv2d } from "../ops/index.ts";
import type { Build, Layer } from "./build.ts";
import { kaimingNormal, zeros } from "./init.ts";
import type { Init, Param } from "./param.ts";
import { param } from "./param.ts";

/** Channels and window of {@link Conv2d}. */
export interface Conv2dLayerOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride?: number;
  /** Zero padding on every side; `"same"` keeps the size at stride 1. */
  readonly padding?: number | "same";
  readonly dilation?: number;
  /** 1 for a full convolution, `inChannels` for a depthwise one. */
  readonly groups?: number;
  /** True if left out. */
  readonly bias?: boolean;
  /** Start of the weight, Kaiming normal if left out; the bias starts at zero. */
  readonly init?: Init;
}

/**
 * Convolution `[batch, inChannels, height, width] → [batch, outChannels, height', width']`.
 *
 * @differs from PyTorch in the layout of the weight: `[outChannels, kernelSize, kernelSize, inChannels / groups]`,
 * whose layout changes are the cheapest in training; exported models hold the usual OIHW.
 */
export class Conv2d implements Layer {
  readonly weight: Param; // [outChannels, kernelSize, kernelSize, inChannels / groups]
  readonly bias: Param | null; // [outChannels]
  private readonly window: { stride: number; padding: number; dilation: number; groups: number };

  constructor(options: Conv2dLayerOptions) {
    const {
      inChannels,
      outChannels,
      kernelSize,
      stride = 1,
      padding = 0,
      dilation = 1,
      groups = 1,
    } = options;
    this.weight = param(
      [outChannels, kernelSize, kernelSize, inChannels / groups],
      options.init ?? kaimingNormal(),
    );
    this.bias = (options.bias ?? true) ? param([outChannels], zeros()) : null;
    const same = (dilation * (kernelSize - 1)) / 2;
    this.window = { stride, padding: padding === "same" ? same : padding, dilation, groups };
  }

  /**
   * @param x - [batch, inChannels, height, width]
   * @returns [batch, outChannels, height', width'], where
   * `height' = floor((height + 2 padding - dilation (kernelSize - 1) - 1) / stride) + 1`
   */
  forward(_build: Build, x: Tensor): Tensor {
    return conv2d(x, this.weight.value, this.bias?.value ?? null, this.window);
  }
}
