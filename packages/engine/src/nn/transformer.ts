// SPDX-License-Identifier: Apache-2.0
import { divideDims } from "../graph/dim.ts";
import type { Tensor } from "../graph/tensor.ts";
import {
  add,
  gelu,
  layerNorm,
  mul,
  reshape,
  scaledDotProductAttention,
  silu,
  split,
  transpose,
} from "../ops/index.ts";
import type { Build, Layer } from "./build.ts";
import { zeros } from "./init.ts";
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

/** Sizes of {@link ModulatedTransformerBlock}. */
export interface ModulatedTransformerBlockOptions {
  readonly width: number;
  readonly numHeads: number;
  /** Width of the hidden layer over `width`. */
  readonly expansion?: number;
  /** Width of the condition vector. */
  readonly conditionWidth: number;
}

/**
 * Pre-norm transformer block whose normalisations are modulated by a condition vector `c` of the item:
 *
 * ```
 * x ← x + gate₁(c) ⊙ attention(norm(x) ⊙ (1 + scale₁(c)) + shift₁(c))
 * x ← x + gate₂(c) ⊙ mlp(norm(x) ⊙ (1 + scale₂(c)) + shift₂(c))
 * ```
 *
 * The modulation starts at zero, so the block starts as the identity and opens as training asks for it.
 *
 * @source Peebles & Xie 2023 (adaptive layer norm, zero start), arXiv 2212.09748
 */
export class ModulatedTransformerBlock implements Layer<[x: Tensor, condition: Tensor]> {
  readonly attention: SelfAttention;
  readonly expand: Linear;
  readonly contract: Linear;
  readonly modulation: Linear; // conditionWidth → 6 width
  private readonly width: number;

  constructor({ width, numHeads, expansion = 4, conditionWidth }: ModulatedTransformerBlockOptions) {
    this.attention = new SelfAttention({ width, numHeads });
    this.expand = new Linear({ inFeatures: width, outFeatures: expansion * width });
    this.contract = new Linear({ inFeatures: expansion * width, outFeatures: width });
    this.modulation = new Linear({ inFeatures: conditionWidth, outFeatures: 6 * width, init: zeros() });
    this.width = width;
  }

  /**
   * @param x - [batch, tokens, width]
   * @param condition - [batch, conditionWidth]
   * @returns [batch, tokens, width]
   */
  forward(build: Build, x: Tensor, condition: Tensor): Tensor {
    const [batch = 1] = x.shape;
    const joined = build.apply(this.modulation, silu(condition)); // [batch, 6 width]
    const [scale1, shift1, gate1, scale2, shift2, gate2] = split(
      reshape(joined, [batch, 1, 6 * this.width]),
      {
        axis: 2,
        sizes: 6,
      },
    );
    const modulated = (y: Tensor, scale: Tensor, shift: Tensor): Tensor =>
      add(mul(layerNorm(y, null, null, { epsilon: 1e-6 }), add(scale, 1)), shift);

    const mixed = build.apply(this.attention, modulated(x, scale1!, shift1!));
    const attended = add(x, mul(gate1!, mixed));
    const hidden = gelu(build.apply(this.expand, modulated(attended, scale2!, shift2!)));
    return add(attended, mul(gate2!, build.apply(this.contract, hidden)));
  }
}
