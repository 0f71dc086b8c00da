// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import { concat, relu, SemlinkError } from "@semlink/engine";
import { edgeIndex, edgeStride } from "./cell-edges.ts";
import { CellInputs } from "./cell-inputs.ts";
import { PooledHead, stem, throughCells } from "./cell-network.ts";
import type { CellNetworkOptions, CellPlan } from "./cell-plan.ts";
import { cellPlans } from "./cell-plan.ts";
import type { CellGenotype, Genotype } from "./genotype.ts";
import type { PrimitiveSet } from "./primitive-sets.ts";
import { knownPrimitives, primitiveNamed } from "./primitive-sets.ts";
import type { ConvNorm } from "./primitives/conv-norm.ts";
import type { EdgeInput, NormPolicy, PrimitiveOptions } from "./primitives/primitive.ts";
import { FINAL_NORM } from "./primitives/primitive.ts";
import { sumOf } from "./sum-of.ts";

export interface DerivedNetworkOptions extends CellNetworkOptions {
  readonly genotype: Genotype;
  /** Where the genotype's names are looked up; by default every primitive that comes with semlink. */
  readonly primitives?: PrimitiveSet;
  /** How it normalises; affine and not after pools by default. */
  readonly norm?: NormPolicy;
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
class DerivedCell implements Layer<[beforeLast: Tensor, last: Tensor]> {
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

/**
 * The network of a genotype: `[batch, inChannels, height, width] → [batch, numClasses]`, or `embedDim`.
 *
 * Parameters are named as in the supernet of the same sizes, so weights found in the search can start it.
 *
 * @throws SemlinkError `unknown-primitive`, `genotype-size` when the genotype has other numbers of cell nodes
 * @source Liu et al. 2019 (DARTS), arXiv 1806.09055
 * @differs no drop-path and no auxiliary head
 */
export class DerivedNetwork implements Layer<[images: Tensor]> {
  readonly stem: ConvNorm;
  readonly cells: readonly DerivedCell[];
  readonly head: PooledHead;

  constructor(options: DerivedNetworkOptions) {
    const { genotype, primitives = knownPrimitives, norm = FINAL_NORM, numCellNodes } = options;
    checkSize(genotype, numCellNodes);
    this.stem = stem(options);
    this.cells = cellPlans(options).map(
      (plan) => new DerivedCell(plan, plan.isReduction ? genotype.reduce : genotype.normal, primitives, norm),
    );
    this.head = new PooledHead(options);
  }

  forward(build: Build, images: Tensor): Tensor {
    return throughCells(build, images, this, (cell, ...inputs) => build.apply(cell, ...inputs));
  }
}

function checkSize({ normal, reduce }: Genotype, numCellNodes: number): void {
  if (normal.length === numCellNodes && reduce.length === numCellNodes) return;
  throw new SemlinkError({
    code: "genotype-size",
    where: "DerivedNetwork",
    expected: `${numCellNodes} cell nodes in each cell`,
    actual: `${normal.length} and ${reduce.length}`,
    hint: "numCellNodes must be that of the search",
  });
}
