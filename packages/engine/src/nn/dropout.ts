// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import { cast, greater, mul } from "../ops/index.ts";
import type { Build, Layer } from "./build.ts";

/**
 * Sets each value to zero with probability `rate` in training and scales the rest by `1 / (1 - rate)`; the identity
 * otherwise. The mask is drawn from a uniform random input.
 *
 * @throws SemlinkError `invalid-rate` when the rate is not in [0, 1)
 * @source Srivastava et al. 2014
 */
export class Dropout implements Layer {
  private readonly rate: number;

  constructor({ rate }: { readonly rate: number }) {
    if (!(rate >= 0 && rate < 1)) {
      throw new SemlinkError({
        code: "invalid-rate",
        where: placeOf("Dropout"),
        expected: "a rate in [0, 1)",
        actual: `${rate}`,
      });
    }
    this.rate = rate;
  }

  /**
   * @param x - [...]
   * @returns [...] the same shape
   */
  forward(build: Build, x: Tensor): Tensor {
    if (!build.training || this.rate === 0) return x;
    const kept = cast(greater(build.random("mask", x.shape, "uniform"), this.rate), "float32");
    return mul(x, mul(kept, 1 / (1 - this.rate)));
  }
}
