// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Layer, Runtime, Tensor } from "@semlink/engine";
import { Evaluator, mul, nameTree } from "@semlink/engine";
import type { CostOptions } from "../../cells/cost.ts";
import type { PrimitiveSet } from "../../cells/primitive-sets.ts";
import type { Cost } from "../../cells/primitives/primitive.ts";
import type { EncoderShape } from "../../student/student-encoder.ts";
import { expectedCost, meanEntropy } from "../bilevel/expected-cost.ts";
import type { SearchProblem } from "../bilevel/search-loss.ts";
import type { ProposalConfig } from "../search-config.ts";
import type { KeptCells } from "./edge-weights.ts";
import { Supernet } from "./supernet.ts";

/** What the search trains: the supernet that embeds, and the head on its embedding. Field names are checkpoint keys. */
export interface SearchNetwork {
  readonly supernet: Supernet;
  readonly head: Layer;
}

/** What a {@link searchNetwork} is made from. */
export interface SearchNetworkOptions {
  /** Its teacher's map is reused as it is; where there is none, the head is learned. */
  readonly problem: SearchProblem;
  readonly config: ProposalConfig;
  readonly primitives: PrimitiveSet;
  /** What pruning left; everything if left out. */
  readonly kept?: KeptCells | undefined;
}

/** The supernet of a search; after pruning parameters keep their names, so weights go over by name. */
export function searchNetwork(options: SearchNetworkOptions): SearchNetwork {
  const { problem, config, primitives, kept } = options;
  const { task, sizes, shape, teacher } = problem;
  const { embedDim, imageShape } = shape;
  const { channels, numCells, numCellNodes, stemStride } = config;
  const { partialChannels, edgeNormalization, alphaTemperature, sampling } = config;
  return {
    supernet: new Supernet({
      inChannels: imageShape[0],
      channels,
      numCells,
      numCellNodes,
      stemStride,
      head: { embedDim },
      primitives,
      partialChannels,
      edgeNormalization,
      alphaTemperature,
      sampling,
      kept,
    }),
    head: task.head(embedDim, sizes, teacher?.map ?? null),
  };
}

/** Sizes of the students that the genotypes of a search become, for their cost. */
export function studentSizes({ imageShape, embedDim }: EncoderShape, config: ProposalConfig): CostOptions {
  const [inChannels, imageHeight, imageWidth] = imageShape;
  const { channels, numCells, stemStride } = config.student;
  const { numCellNodes } = config;
  return {
    inChannels,
    imageHeight,
    imageWidth,
    head: { embedDim },
    channels,
    numCells,
    stemStride,
    numCellNodes,
  };
}

/** A kind of cell as alpha and beta have it. */
export interface CellReading {
  /** By edge and primitive: share times the weight of the edge. */
  readonly strengths: readonly (readonly number[])[];
  /** By edge; null without edge normalisation. */
  readonly edges: readonly number[] | null;
  /** Mean over the edges [nat]. */
  readonly entropy: number;
}

/** What architecture parameters stand for. */
export interface ArchitectureReading {
  readonly normal: CellReading;
  readonly reduce: CellReading;
  /** E[C]. */
  readonly expected: Cost;
}

/** Reads architecture parameters through the graph that the search uses. */
export interface ArchitectureReader {
  /** @param values - of the parameters by name; others are ignored */
  read(values: ReadonlyMap<string, Float32Array>): Promise<ArchitectureReading>;
  release(): Promise<void>;
}

/** Opens the reader of a supernet's parameters. */
export async function openArchitectureReader(
  network: SearchNetwork,
  options: {
    readonly runtime: Runtime;
    readonly primitives: PrimitiveSet;
    readonly student: CostOptions;
  },
): Promise<ArchitectureReader> {
  nameTree(network);
  const tables = network.supernet.tables();
  const outputs: Record<string, Tensor> = { ...expectedCost(tables, options.student, options.primitives) };
  for (const kind of ["normal", "reduce"] as const) {
    const { shares, edges } = tables[kind];
    outputs[`${kind}:strengths`] = edges ? mul(shares, edges) : shares;
    outputs[`${kind}:entropy`] = meanEntropy(tables[kind]);
    if (edges) outputs[`${kind}:edges`] = edges;
  }
  const { runtime } = options;
  const evaluator = await Evaluator.create(outputs, { runtime, weights: new Map() });
  const params = network.supernet.architectureParams();
  return {
    async read(values) {
      const feeds = params.map(({ name, shape }): [string, HostTensor] => [
        name,
        { dtype: "float32", shape: [...shape], data: values.get(name)! },
      ]);
      const results = await evaluator.run(Object.fromEntries(feeds));
      return {
        normal: cellReading(results, "normal"),
        reduce: cellReading(results, "reduce"),
        expected: { macs: scalar(results["macs"]!), params: scalar(results["params"]!) },
      };
    },
    release: () => evaluator.release(),
  };
}

function cellReading(results: Readonly<Record<string, HostTensor>>, kind: string): CellReading {
  const strengths = results[`${kind}:strengths`]!;
  const [numEdges, width] = strengths.shape as [number, number];
  const values = Array.from(strengths.data, Number);
  const edges = results[`${kind}:edges`];
  return {
    strengths: Array.from({ length: numEdges }, (_, edge) => values.slice(edge * width, (edge + 1) * width)),
    edges: edges ? Array.from(edges.data, Number) : null,
    entropy: scalar(results[`${kind}:entropy`]!),
  };
}

const scalar = ({ data }: HostTensor): number => Number(data[0]);
