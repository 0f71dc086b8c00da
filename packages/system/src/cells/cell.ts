// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import { add, concat, relu } from "@semlink/engine";
import type { CellPlan } from "./cell-plan.ts";
import { edgeIndex, edgeStride } from "./cell-plan.ts";
import type { CellGenotype } from "./genotype.ts";
import type { PrimitiveSet } from "./primitive-sets.ts";
import { primitiveNamed } from "./primitive-sets.ts";
import { ConvNorm } from "./primitives/convolutions.ts";
import { FactorizedReduce } from "./primitives/pools-and-skips.ts";
import type { EdgeInput, NormPolicy, PrimitiveOptions } from "./primitives/primitive.ts";

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

/** One chosen primitive; the field has the supernet's name, so that its weights have too. */
class ChosenOp implements Layer<[input: EdgeInput]> {
  readonly primitives: Readonly<Record<string, Layer<[EdgeInput]>>>;
  private readonly name: string;

  constructor(primitives: PrimitiveSet, name: string, options: PrimitiveOptions) {
    this.primitives = { [name]: primitiveNamed(primitives, name).create(options) };
    this.name = name;
  }

  forward(build: Build, input: EdgeInput): Tensor {
    return build.apply(this.primitives[this.name]!, input);
  }
}

/** A cell of a genotype: each cell node is the sum of two primitives. */
export class DerivedCell implements Layer<[beforeLast: Tensor, last: Tensor]> {
  readonly inputs: CellInputs;
  /** By the edge's place in the supernet. */
  readonly edges: Readonly<Record<number, ChosenOp>>;
  private readonly genotype: CellGenotype;

  constructor(plan: CellPlan, genotype: CellGenotype, primitives: PrimitiveSet, norm: NormPolicy) {
    const { channels, isReduction } = plan;
    this.inputs = new CellInputs(plan, norm);
    this.edges = Object.fromEntries(
      genotype.flatMap((edges, cellNode) =>
        edges.map(({ primitive, from }) => [
          edgeIndex({ cellNode, from }),
          new ChosenOp(primitives, primitive, { channels, stride: edgeStride({ from }, isReduction), norm }),
        ]),
      ),
    );
    this.genotype = genotype;
  }

  forward(build: Build, beforeLast: Tensor, last: Tensor): Tensor {
    const rectified = (raw: Tensor): EdgeInput => ({ raw, rectified: relu(raw) });
    const inputs = build.apply(this.inputs, beforeLast, last).map(rectified);
    const nodes: Tensor[] = [];
    this.genotype.forEach((edges, cellNode) => {
      const node = sumOf(
        edges.map(({ from }) => build.apply(this.edges[edgeIndex({ cellNode, from })]!, inputs[from]!)),
      );
      nodes.push(node);
      inputs.push(rectified(node));
    });
    return concat(nodes, { axis: 1 });
  }
}

/** Sum of one or more tensors of one shape. */
export function sumOf(tensors: readonly Tensor[]): Tensor {
  return tensors.reduce((total, tensor) => add(total, tensor));
}
