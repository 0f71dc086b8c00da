// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "../random/index.ts";
import { leaf } from "../graph/leaves.ts";
import { currentScope } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";

/** Draws initial values. The rng is already addressed by the parameter's path. */
export type Init = (shape: readonly number[], rng: Rng) => Float32Array;

/**
 * A named tensor that lives outside the graph: trained values, or buffers such as running means.
 *
 * Its name is its path in the object tree (`student.stages.1.conv.weight`), given by `nameTree`; it is also the ONNX
 * name and the checkpoint key.
 */
export class Param {
  readonly shape: readonly number[];
  readonly init: Init;
  /** False for buffers: kept and updated, never differentiated. */
  readonly trainable: boolean;
  /** The graph leaf that reads it. */
  readonly value: Tensor;
  private path: string | null = null;

  constructor(shape: readonly number[], init: Init, trainable = true) {
    this.shape = shape;
    this.init = init;
    this.trainable = trainable;
    this.value = leaf({ kind: "param", param: this, scope: currentScope() }, shape, "float32");
  }

  get name(): string {
    return this.path ?? "(unnamed)";
  }

  set name(path: string) {
    this.path = path;
  }

  get isNamed(): boolean {
    return this.path !== null;
  }
}

/** A trained parameter. */
export function param(shape: readonly number[], init: Init): Param {
  return new Param(shape, init);
}

/** A buffer: state that a layer updates itself, such as running statistics. */
export function buffer(shape: readonly number[], init: Init): Param {
  return new Param(shape, init, false);
}
