// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import { mul } from "@semlink/engine";
import type { PrimitiveSet } from "../cells/primitive-sets.ts";
import type { EdgeInput, PrimitiveOptions } from "../cells/primitives/primitive.ts";
import { sumOf } from "../cells/sum-of.ts";

/**
 * An edge of the supernet: `Σ_o w_o o(x)` over the primitives of the set. `none` adds nothing and is left out.
 *
 * Candidates are named by their primitive: `edges.3.primitives.conv_3x3.unit.conv.weight`.
 *
 * @source Liu et al. 2019 (DARTS), arXiv 1806.09055, eq. (2)
 */
export class MixedOp implements Layer<[input: EdgeInput, weights: readonly Tensor[]]> {
  readonly primitives: Readonly<Record<string, Layer<[input: EdgeInput]>>>;
  private readonly columns: readonly (readonly [name: string, column: number])[];

  /** @param kept - by primitive of the set, whether the edge has it; it has all when left out */
  constructor(primitives: PrimitiveSet, options: PrimitiveOptions, kept?: readonly boolean[]) {
    const chosen = primitives.flatMap((primitive, column) =>
      primitive.isNone || kept?.[column] === false ? [] : [{ primitive, column }],
    );
    this.primitives = Object.fromEntries(
      chosen.map(({ primitive }) => [primitive.name, primitive.create(options)]),
    );
    this.columns = chosen.map(({ primitive, column }) => [primitive.name, column]);
  }

  /** @param weights - by primitive of the set, [1, 1] each */
  forward(build: Build, input: EdgeInput, weights: readonly Tensor[]): Tensor {
    // Convolutions first: their sums need not leave the layout in which they were computed.
    return sumOf(
      this.columns
        .toReversed()
        .map(([name, column]) => mul(build.apply(this.primitives[name]!, input), weights[column]!)),
    );
  }
}
