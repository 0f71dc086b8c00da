// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import type { CellPlan } from "./cell-plan.ts";
import { ConvNorm } from "./primitives/conv-norm.ts";
import { FactorizedReduce } from "./primitives/factorized-reduce.ts";
import type { NormPolicy } from "./primitives/primitive.ts";

/**
 * Brings the outputs of the two cells before to the channels and the map of this one: a 1x1 convolution with norm for
 * each, a factorized reduction for the older one where the map was halved in between. Expects rectified maps.
 *
 * @source Liu et al. 2019 (DARTS), arXiv 1806.09055, code of `Cell`
 */
export class CellInputs implements Layer<[beforeLast: Tensor, last: Tensor], readonly [Tensor, Tensor]> {
  readonly beforeLast: ConvNorm | FactorizedReduce;
  readonly last: ConvNorm;

  constructor({ inChannels, channels, followsReduction }: CellPlan, norm: NormPolicy) {
    const [beforeLast, last] = inChannels;
    this.beforeLast = followsReduction
      ? new FactorizedReduce({ inChannels: beforeLast, outChannels: channels, norm })
      : new ConvNorm({ inChannels: beforeLast, outChannels: channels, kernelSize: 1, norm });
    this.last = new ConvNorm({ inChannels: last, outChannels: channels, kernelSize: 1, norm });
  }

  forward(build: Build, beforeLast: Tensor, last: Tensor): readonly [Tensor, Tensor] {
    return [build.apply(this.beforeLast, beforeLast), build.apply(this.last, last)];
  }
}
