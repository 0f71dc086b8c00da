// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, PoolOptions, Tensor } from "@semlink/engine";
import { BatchNorm } from "@semlink/engine";
import type { EdgeInput, PrimitiveOptions } from "./primitive.ts";

/** `norm(pool(x))` over 3x3 windows, padding 1; the norm only where the policy asks for it. */
export class PooledNorm implements Layer<[input: EdgeInput]> {
  readonly norm: BatchNorm | null;
  private readonly pool: (x: Tensor, options: PoolOptions) => Tensor;
  private readonly stride: number;

  constructor(pool: (x: Tensor, options: PoolOptions) => Tensor, options: PrimitiveOptions) {
    const { channels, stride, norm } = options;
    this.norm = norm.afterPool ? new BatchNorm({ numFeatures: channels, affine: norm.affine }) : null;
    this.pool = pool;
    this.stride = stride;
  }

  forward(build: Build, { raw }: EdgeInput): Tensor {
    const pooled = this.pool(raw, { kernelSize: 3, stride: this.stride, padding: 1 });
    return this.norm ? build.apply(this.norm, pooled) : pooled;
  }
}
