// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "../graph/tensor.ts";
import { add, gelu, layerNorm, mul, reshape, silu, split } from "../ops/index.ts";
import { SelfAttention } from "./attention.ts";
import type { Build, Layer } from "./build.ts";
import { zeros } from "./init.ts";
import { Linear } from "./linear.ts";

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
