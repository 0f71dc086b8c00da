// SPDX-License-Identifier: Apache-2.0
import { divideDims } from "../graph/dim.ts";
import type { Tensor } from "../graph/tensor.ts";
import { reshape, scaledDotProductAttention, split, transpose } from "../ops/index.ts";
import type { Build, Layer } from "./build.ts";
import { Linear } from "./linear.ts";

/** Size of {@link SelfAttention}. */
export interface SelfAttentionOptions {
  /** Numbers of a token; a multiple of `numHeads`. */
  readonly width: number;
  readonly numHeads: number;
}

/**
 * Multi-head self-attention among the tokens of one item, `[batch, tokens, width]` kept:
 * `softmax(q kᵀ / √headWidth) v` for each head, heads joined and mixed by a linear layer.
 *
 * @source Vaswani et al. 2017
 */
export class SelfAttention implements Layer {
  readonly project: Linear; // width → 3 width
  readonly mix: Linear; // width → width
  private readonly width: number;
  private readonly numHeads: number;

  constructor({ width, numHeads }: SelfAttentionOptions) {
    divideDims(width, numHeads, "SelfAttention");
    this.project = new Linear({ inFeatures: width, outFeatures: 3 * width });
    this.mix = new Linear({ inFeatures: width, outFeatures: width });
    this.width = width;
    this.numHeads = numHeads;
  }

  /**
   * @param x - [batch, tokens, width]
   * @returns [batch, tokens, width]
   */
  forward(build: Build, x: Tensor): Tensor {
    const [batch = 1, tokens = 1] = x.shape;
    const { width, numHeads } = this;
    const joined = build.apply(this.project, x); // [batch, tokens, 3 width]
    const [q, k, v] = split(joined, { axis: 2, sizes: 3 }).map((part) =>
      transpose(reshape(part, [batch, tokens, numHeads, width / numHeads]), [0, 2, 1, 3]),
    ); // [batch, numHeads, tokens, headWidth]
    const attended = scaledDotProductAttention(q!, k!, v!);
    return build.apply(this.mix, reshape(transpose(attended, [0, 2, 1, 3]), [batch, tokens, width]));
  }
}
