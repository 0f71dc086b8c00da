// SPDX-License-Identifier: Apache-2.0
import { divideDims } from "../graph/dim.ts";
import type { Tensor } from "../graph/tensor.ts";
import { groupNorm } from "../ops/index.ts";
import type { Build, Layer } from "./build.ts";
import { ones, zeros } from "./init.ts";
import type { Param } from "./param.ts";
import { param } from "./param.ts";

/** Size of {@link GroupNorm}. */
export interface GroupNormLayerOptions {
  readonly numFeatures: number;
  /** Divides the number of features. */
  readonly numGroups: number;
  /** Added to the variance, 1e-5 if left out. */
  readonly epsilon?: number;
}

/**
 * Normalises the channels of each group and all their places: `y = (x - mean) / √(variance + ε) · weight + bias`,
 * `[batch, numFeatures, ...]` kept. Training and evaluation are the same.
 *
 * @source Wu & He 2018
 */
export class GroupNorm implements Layer {
  readonly weight: Param; // [numFeatures]
  readonly bias: Param; // [numFeatures]
  private readonly numGroups: number;
  private readonly epsilon: number;

  constructor({ numFeatures, numGroups, epsilon = 1e-5 }: GroupNormLayerOptions) {
    divideDims(numFeatures, numGroups, "GroupNorm");
    this.weight = param([numFeatures], ones());
    this.bias = param([numFeatures], zeros());
    this.numGroups = numGroups;
    this.epsilon = epsilon;
  }

  /**
   * @param x - [batch, numFeatures, ...]
   * @returns [batch, numFeatures, ...]
   */
  forward(_build: Build, x: Tensor): Tensor {
    const { numGroups, epsilon } = this;
    return groupNorm(x, this.weight.value, this.bias.value, { numGroups, epsilon });
  }
}
