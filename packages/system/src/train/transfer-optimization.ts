// SPDX-License-Identifier: Apache-2.0
import type { Layer, Optimizer, Param, ParamPolicy } from "@semlink/engine";
import { muon, paramsOf, sgd } from "@semlink/engine";
import type { TransferConfig } from "./distill-config.ts";

// One filter for each channel is no matrix between channels: nothing in it is to be orthogonal.
const DEPTHWISE = ".depthwise.";

/** How the student of stage 1 is optimised: the rule, and the learning rate of each parameter. */
export interface TransferOptimization {
  readonly optimizer: Optimizer;
  readonly policy: (param: Param) => ParamPolicy;
}

/**
 * SGD with Nesterov momentum, or Muon for the student's filters and projector with that SGD for everything else,
 * depthwise filters among it.
 *
 * One schedule serves both: the rate of Muon's weights is `muonLearningRate / peakLearningRate` of it. Eight epochs of
 * Muon end a point above ten of SGD (docs/decisions/0013).
 *
 * @param head - turns the embedding into an answer; its parameters are named, and never orthogonalised
 * @source Jordan 2024, airbench94_muon (momentum 0.6, three steps, weights kept at the norm √rows)
 */
export function transferOptimization(
  { optimizer, peakLearningRate, muonLearningRate, weightDecay }: TransferConfig,
  head: Layer,
): TransferOptimization {
  const plain = sgd({ momentum: 0.9, nesterov: true, weightDecay });
  if (optimizer === "sgd") return { optimizer: plain, policy: () => ({}) };
  const ofHead = new Set(paramsOf(head).map(({ name }) => name));
  const isOrthogonalized = ({
    name,
    shape,
  }: {
    readonly name: string;
    readonly shape: readonly number[];
  }): boolean => shape.length >= 2 && !ofHead.has(name) && !name.includes(DEPTHWISE);
  return {
    optimizer: muon({
      others: plain,
      matches: isOrthogonalized,
      momentum: 0.6,
      steps: 3,
      normalizeWeights: true,
    }),
    policy: (param) =>
      isOrthogonalized(param) ? { learningRateScale: muonLearningRate / peakLearningRate } : {},
  };
}
