// SPDX-License-Identifier: Apache-2.0
import { add, div, mul, sqrt, square, sub } from "../ops/index.ts";
import type { Optimizer } from "./optimizer.ts";
import { learningRateOf } from "./optimizer.ts";

/** Settings of {@link adam}. */
export interface AdamOptions {
  /** Decay of the mean of gradients, 0.9 if left out. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients, 0.999 if left out. */
  readonly beta2?: number;
  /** Added to the root of the second moment, 1e-8 if left out. */
  readonly epsilon?: number;
}

/** Settings of {@link adamW}. */
export interface AdamWOptions extends AdamOptions {
  /** 0.01 if left out. */
  readonly weightDecay?: number;
}

/**
 * Adam: `m ← β₁ m + (1-β₁) g`, `v ← β₂ v + (1-β₂) g²`,
 * `w ← w - learningRate · (m / (1-β₁ᵗ)) / (√(v / (1-β₂ᵗ)) + ε)`.
 *
 * @source Kingma & Ba 2015
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return { ...adamW({ ...options, weightDecay: 0 }), name: "adam" };
}

/**
 * {@link adam} with decoupled weight decay, `w ← w (1 - learningRate · weightDecay)` before each step.
 *
 * @source Loshchilov & Hutter 2019
 */
export function adamW(options: AdamWOptions = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01 } = options;
  const optimizer: Optimizer = {
    name: "adamw",
    slots: ["moment1", "moment2"],
    scalars: (step) => ({
      correction1: 1 / (1 - beta1 ** step),
      correction2: 1 / (1 - beta2 ** step),
    }),
    update({ param, gradient, slots, scalars, policy }) {
      const rate = learningRateOf(scalars, policy);
      const m = add(mul(slots["moment1"]!, beta1), mul(gradient, 1 - beta1));
      const v = add(mul(slots["moment2"]!, beta2), mul(square(gradient), 1 - beta2));
      const mHat = mul(m, scalars["correction1"]!);
      const vHat = mul(v, scalars["correction2"]!);
      const stepped = mul(div(mHat, add(sqrt(vHat), epsilon)), rate);
      const decay = weightDecay * (policy.weightDecayScale ?? 1);
      const shrunk = decay === 0 ? param : mul(param, sub(1, mul(rate, decay)));
      return { param: sub(shrunk, stepped), slots: { moment1: m, moment2: v } };
    },
    elementwise: () => optimizer,
  };
  return optimizer;
}
