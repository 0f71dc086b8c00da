// SPDX-License-Identifier: Apache-2.0
import { Linear, valuesInit } from "@semlink/engine";
import type { ProblemShape } from "../link/networks.ts";
import type { ProposalConfig } from "./search-config.ts";
import type { LinearMap } from "../task/task.ts";
import type { CostOptions } from "../cells/cost.ts";
import type { KeptCells } from "./kept-primitives.ts";
import type { PrimitiveSet } from "../cells/primitive-sets.ts";
import { Supernet } from "./supernet.ts";

/** What the search trains: the supernet that embeds, and the head on its embedding. Field names are checkpoint keys. */
export interface SearchNetwork {
  readonly supernet: Supernet;
  readonly head: Linear;
}

/** What a {@link searchNetwork} is made from. */
export interface SearchNetworkOptions {
  readonly shape: ProblemShape;
  readonly config: ProposalConfig;
  readonly primitives: PrimitiveSet;
  /** The teacher's head, which is reused as it is; null where the head is learned. */
  readonly head: LinearMap | null;
  /** What pruning left; everything if left out. */
  readonly kept?: KeptCells | undefined;
}

/** The supernet of a search; after pruning parameters keep their names, so weights go over by name. */
export function searchNetwork(options: SearchNetworkOptions): SearchNetwork {
  const { shape, config, primitives, head, kept } = options;
  const { embedDim, numClasses, imageShape } = shape;
  const init = head ? { init: valuesInit(head.weight), biasInit: valuesInit(head.bias) } : {};
  const { channels, numCells, numCellNodes, stemStride } = config;
  const { partialChannels, edgeNormalization, alphaTemperature, sampling } = config;
  return {
    supernet: new Supernet({
      ...{ inChannels: imageShape[0], channels, numCells, numCellNodes, stemStride, head: { embedDim } },
      ...{ primitives, partialChannels, edgeNormalization, alphaTemperature, sampling, kept },
    }),
    head: new Linear({ inFeatures: embedDim, outFeatures: numClasses, ...init }),
  };
}

/** Sizes of the students that the genotypes of a search become, for their cost. */
export function studentSizes({ imageShape, embedDim }: ProblemShape, config: ProposalConfig): CostOptions {
  const [inChannels, imageHeight, imageWidth] = imageShape;
  const { channels, numCells, stemStride } = config.student;
  const { numCellNodes } = config;
  return {
    ...{ inChannels, imageHeight, imageWidth, head: { embedDim } },
    ...{ channels, numCells, stemStride, numCellNodes },
  };
}
