// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "../graph/tensor.ts";
import { embedding, linear } from "../ops/index.ts";
import type { Build, Layer } from "./build.ts";
import { kaimingUniform, normalInit, zeros } from "./init.ts";
import type { Init, Param } from "./param.ts";
import { param } from "./param.ts";

/** Size and start of {@link Linear}. */
export interface LinearOptions {
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** True if left out. */
  readonly bias?: boolean;
  /** Start of the weight, Kaiming uniform if left out. */
  readonly init?: Init;
  /** Start of the bias, zeros if left out. */
  readonly biasInit?: Init;
}

/** Affine map of the last axis: `y = x Wᵀ + b`, `[..., inFeatures] → [..., outFeatures]`. */
export class Linear implements Layer {
  readonly weight: Param; // [outFeatures, inFeatures]
  readonly bias: Param | null; // [outFeatures]

  constructor(options: LinearOptions) {
    const { inFeatures, outFeatures, bias = true, init = kaimingUniform(), biasInit = zeros() } = options;
    this.weight = param([outFeatures, inFeatures], init);
    this.bias = bias ? param([outFeatures], biasInit) : null;
  }

  /**
   * @param x - [..., inFeatures]
   * @returns [..., outFeatures]
   */
  forward(_build: Build, x: Tensor): Tensor {
    return linear(x, this.weight.value, this.bias?.value ?? null);
  }
}

/** Size of {@link Embedding}. */
export interface EmbeddingOptions {
  /** Rows of the table; indices are below it. */
  readonly numEmbeddings: number;
  /** Numbers in a row. */
  readonly width: number;
  /** Start of the table, normal with deviation 0.02 if left out. */
  readonly init?: Init;
}

/** Rows of a table by index: `[...] of int32 → [..., width]`. */
export class Embedding implements Layer<[indices: Tensor]> {
  readonly weight: Param; // [numEmbeddings, width]

  constructor({ numEmbeddings, width, init = normalInit(0.02) }: EmbeddingOptions) {
    this.weight = param([numEmbeddings, width], init);
  }

  /**
   * @param indices - [...] int32 or int64
   * @returns [..., width]
   */
  forward(_build: Build, indices: Tensor): Tensor {
    return embedding(this.weight.value, indices);
  }
}
