// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "../graph/tensor.ts";
import { layerNorm } from "../ops/index.ts";
import type { Build, Layer } from "./build.ts";
import { ones, zeros } from "./init.ts";
import type { Param } from "./param.ts";
import { param } from "./param.ts";

/**
 * Normalises the last axis: `y = (x - mean) / √(variance + ε) · weight + bias`, `[..., numFeatures]` kept.
 *
 * @source Ba et al. 2016
 */
export class LayerNorm implements Layer {
  readonly weight: Param; // [numFeatures]
  readonly bias: Param; // [numFeatures]
  private readonly epsilon: number;

  constructor({ numFeatures, epsilon = 1e-5 }: { readonly numFeatures: number; readonly epsilon?: number }) {
    this.weight = param([numFeatures], ones());
    this.bias = param([numFeatures], zeros());
    this.epsilon = epsilon;
  }

  /**
   * @param x - [..., numFeatures]
   * @returns [..., numFeatures]
   */
  forward(_build: Build, x: Tensor): Tensor {
    return layerNorm(x, this.weight.value, this.bias.value, { epsilon: this.epsilon });
  }
}
