// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "../graph/tensor.ts";
import { embedding } from "../ops/index.ts";
import type { Build, Layer } from "./build.ts";
import { normalInit } from "./init.ts";
import type { Init, Param } from "./param.ts";
import { param } from "./param.ts";

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
