// SPDX-License-Identifier: Apache-2.0
import type { CellNetworkOptions, CellPlan } from "./cell-plan.ts";
import { cellEdges, cellPlans, edgeIndex, edgeStride, outChannels, stemChannels } from "./cell-plan.ts";
import type { CellGenotype, Genotype } from "./genotype.ts";
import type { PrimitiveSet } from "./primitive-sets.ts";
import { knownPrimitives, primitiveNamed } from "./primitive-sets.ts";
import { convNormCost } from "./primitives/convolutions.ts";
import type { Cost, Primitive } from "./primitives/primitive.ts";
import { FREE } from "./primitives/primitive.ts";

/** Sizes of a network together with those of its images. */
export interface CostOptions extends CellNetworkOptions {
  readonly imageHeight: number;
  readonly imageWidth: number;
}

/** Costs of one cell: what it always has, and what its edges may have. */
export interface CellCost {
  readonly isReduction: boolean;
  /** Its two input convolutions. */
  readonly inputs: Cost;
  /** By edge and primitive of the set. */
  readonly edges: readonly (readonly Cost[])[];
}

/** Costs of a network whose primitives are not chosen yet. */
export interface SpaceCost {
  /** Stem and head. */
  readonly ends: Cost;
  readonly cells: readonly CellCost[];
}

/** Sum of costs. */
export function totalCost(costs: readonly Cost[]): Cost {
  return costs.reduce((a, b) => ({ macs: a.macs + b.macs, params: a.params + b.params }), FREE);
}

/**
 * What every primitive would cost at every edge of the final network: the constants of `E[C]`. 1 MAC is one
 * multiplication and one addition; counted are convolutions and linear maps.
 *
 * @param edgeChannels - by cell, channels that primitives see; by default all of the cell
 */
export function spaceCost(
  options: CostOptions,
  primitives: PrimitiveSet,
  edgeChannels: readonly number[] = cellPlans(options).map(({ channels }) => channels),
): SpaceCost {
  const { imageHeight, imageWidth, stemStride, inChannels } = options;
  let map: Map2d = { height: Math.ceil(imageHeight / stemStride), width: Math.ceil(imageWidth / stemStride) };
  const stem = convNormCost(
    { inChannels, outChannels: stemChannels(options), kernelSize: 3 },
    map.height * map.width,
  );
  const cells = cellPlans(options).map((plan, cell) => {
    const inputs = inputCost(plan, map);
    if (plan.isReduction) map = { height: Math.ceil(map.height / 2), width: Math.ceil(map.width / 2) };
    return {
      isReduction: plan.isReduction,
      inputs,
      edges: edgeCosts({ ...plan, channels: edgeChannels[cell]! }, options, primitives, map),
    };
  });
  return { ends: totalCost([stem, headCost(options)]), cells };
}

/**
 * Cost of the network of a genotype, in closed form: that of `graphCost` on the network itself.
 *
 * @throws SemlinkError `unknown-primitive`
 */
export function genotypeCost(
  genotype: Genotype,
  options: CostOptions,
  primitives: PrimitiveSet = knownPrimitives,
): Cost {
  const { ends, cells } = spaceCost(options, primitives);
  const ofCell = ({ isReduction, inputs, edges }: CellCost): Cost => {
    const chosen = chosenEdges(isReduction ? genotype.reduce : genotype.normal, primitives);
    return totalCost([inputs, ...chosen.map(({ edge, column }) => edges[edge]![column]!)]);
  };
  return totalCost([ends, ...cells.map(ofCell)]);
}

interface Map2d {
  readonly height: number;
  readonly width: number;
}

function inputCost({ inChannels, channels }: CellPlan, { height, width }: Map2d): Cost {
  // A factorized reduction costs as much as a 1x1 convolution of the halved map.
  return totalCost(
    inChannels.map((channelsIn) =>
      convNormCost({ inChannels: channelsIn, outChannels: channels, kernelSize: 1 }, height * width),
    ),
  );
}

function edgeCosts(
  { channels, isReduction }: CellPlan,
  { numCellNodes }: CostOptions,
  primitives: PrimitiveSet,
  out: Map2d,
): readonly (readonly Cost[])[] {
  return cellEdges(numCellNodes).map((edge) => {
    const size = {
      channels,
      stride: edgeStride(edge, isReduction),
      outHeight: out.height,
      outWidth: out.width,
    };
    return primitives.map((primitive: Primitive) => primitive.cost(size));
  });
}

function headCost(options: CostOptions): Cost {
  const inFeatures = outChannels(options);
  const { head } = options;
  const [outFeatures, perOutput] = "embedDim" in head ? [head.embedDim, 2] : [head.numClasses, 1];
  return { macs: inFeatures * outFeatures, params: (inFeatures + perOutput) * outFeatures };
}

function chosenEdges(
  cell: CellGenotype,
  primitives: PrimitiveSet,
): readonly { readonly edge: number; readonly column: number }[] {
  return cell.flatMap((edges, cellNode) =>
    edges.map(({ primitive, from }) => ({
      edge: edgeIndex({ cellNode, from }),
      column: primitives.indexOf(primitiveNamed(primitives, primitive)),
    })),
  );
}
