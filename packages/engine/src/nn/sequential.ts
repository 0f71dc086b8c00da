// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "../graph/tensor.ts";
import type { Build, Layer } from "./build.ts";

/** A layer without parameters: any function of one tensor. */
export class Activation implements Layer {
  private readonly compute: (x: Tensor) => Tensor;

  constructor(compute: (x: Tensor) => Tensor) {
    this.compute = compute;
  }

  /**
   * @param x - [...] what the function takes
   * @returns what it gives
   */
  forward(_build: Build, x: Tensor): Tensor {
    return this.compute(x);
  }
}

/** Layers one after the other; parameters are named by position: `layers.0.weight`. */
export class Sequential implements Layer {
  readonly layers: readonly Layer[];

  constructor(...layers: readonly Layer[]) {
    this.layers = layers;
  }

  /**
   * @param x - [...] what the first layer takes
   * @returns what the last one gives
   */
  forward(build: Build, x: Tensor): Tensor {
    return this.layers.reduce((value, layer) => build.apply(layer, value), x);
  }
}
