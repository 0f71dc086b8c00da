// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "../graph/tensor.ts";
import { embedding } from "../ops/index.ts";
import type { Build, Layer } from "./build.ts";
import { normalInit } from "./init.ts";
import type { Init, Param } from "./param.ts";
import { param } from "./param.ts";

export interface EmbeddingOptions {
  readonly numEmbeddings: number;
  readonly width: number;
  readonly init?: Init;
}

/** Rows of a table by index: `[...] of int32 → [..., width]`. */
export class Embedding implements Layer<[indices: Tensor]> {
  readonly weight: Param; // [numEmbeddings, width]

  constructor({ numEmbeddings, width, init = normalInit(0.02) }: EmbeddingOptions) {
    this.weight = param([numEmbeddings, width], init);
  }

  forward(_build: Build, indices: Tensor): Tensor {
    return embedding(this.weight.value, indices);
  }
}
