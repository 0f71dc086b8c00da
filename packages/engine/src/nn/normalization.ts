// SPDX-License-Identifier: Apache-2.0
import { divideDims } from "../graph/dim.ts";
import type { Tensor } from "../graph/tensor.ts";
import { batchNorm, groupNorm, layerNorm } from "../ops/index.ts";
import type { Build, Layer } from "./build.ts";
import { ones, zeros } from "./init.ts";
import type { Param } from "./param.ts";
import { buffer, param } from "./param.ts";

/** Size and statistics of {@link BatchNorm}. */
export interface BatchNormLayerOptions {
  readonly numFeatures: number;
  /** Added to the variance, 1e-5 if left out. */
  readonly epsilon?: number;
  /** Share of the old running value that is kept at each step, 0.9 if left out. */
  readonly momentum?: number;
  /** False leaves out weight and bias. */
  readonly affine?: boolean;
}

/**
 * Batch normalisation over every axis but the second: `y = (x - mean) / √(variance + ε) · weight + bias`, with batch
 * statistics in training and running ones otherwise.
 *
 * @differs from PyTorch: `momentum` is the share kept (0.9 here is 0.1 there).
 * @source Ioffe & Szegedy 2015
 */
export class BatchNorm implements Layer {
  readonly weight: Param | null; // [numFeatures]
  readonly bias: Param | null; // [numFeatures]
  readonly runningMean: Param; // [numFeatures]
  readonly runningVar: Param; // [numFeatures]
  private readonly epsilon: number;
  private readonly momentum: number;

  constructor({ numFeatures, epsilon = 1e-5, momentum = 0.9, affine = true }: BatchNormLayerOptions) {
    this.weight = affine ? param([numFeatures], ones()) : null;
    this.bias = affine ? param([numFeatures], zeros()) : null;
    this.runningMean = buffer([numFeatures], zeros());
    this.runningVar = buffer([numFeatures], ones());
    this.epsilon = epsilon;
    this.momentum = momentum;
  }

  /**
   * @param x - [batch, numFeatures, ...]
   * @returns [batch, numFeatures, ...]
   */
  forward(build: Build, x: Tensor): Tensor {
    const { y, mean, variance } = batchNorm(
      x,
      this.weight?.value ?? null,
      this.bias?.value ?? null,
      this.runningMean.value,
      this.runningVar.value,
      { training: build.training, epsilon: this.epsilon, momentum: this.momentum },
    );
    if (build.training) {
      build.average(this.runningMean, mean, this.momentum);
      build.average(this.runningVar, variance, this.momentum);
    }
    return y;
  }
}

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
