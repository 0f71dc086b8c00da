// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Runtime } from "@semlink/engine";
import { Build, Evaluator, input, nameTree, paramsOf, split } from "@semlink/engine";
import { edgeIndex } from "../../cells/cell-plan.ts";
import type { CellGenotype, Genotype } from "../../cells/genotype.ts";
import type { PrimitiveSet } from "../../cells/primitive-sets.ts";
import { primitiveNamed } from "../../cells/primitive-sets.ts";
import { type ImageSet, selectImages } from "../../data/dataset.ts";
import type { SearchLoss, SearchProblem } from "../bilevel/search-loss.ts";
import { searchLoss, taskBatch } from "../bilevel/search-loss.ts";
import { studentFigures } from "../statistics/student-figures.ts";
import type { EdgeWeights } from "../supernet/edge-weights.ts";
import { edgeWeights } from "../supernet/edge-weights.ts";
import type { CellReading, SearchNetwork } from "../supernet/search-network.ts";
import type { TaughtBatches } from "../../train/taught-batches.ts";

/** Weights of the edges of both kinds of cell, as numbers. */
export type EdgeNumbers = Readonly<Record<"normal" | "reduce", Pick<CellReading, "strengths" | "edges">>>;

/** How good a supernet is with given edges. */
export interface OneShotResult {
  /** Mean loss over the images. */
  readonly loss: number;
  /** Leading figure. */
  readonly figure: number;
}

/** Measures a supernet with edges that are fed, so that one session serves every epoch and genotype. */
export interface OneShotMeter {
  measure(weights: ReadonlyMap<string, Float32Array>, edges: EdgeNumbers): Promise<OneShotResult>;
  release(): Promise<void>;
}

/** What a {@link OneShotMeter} measures. */
export interface OneShotOptions {
  readonly network: SearchNetwork;
  readonly problem: SearchProblem;
  readonly loss: SearchLoss;
  readonly runtime: Runtime;
  /** What the batches are made of. */
  readonly set: ImageSet;
  readonly batches: TaughtBatches;
}

/**
 * Opens the meter. Normalisation takes the statistics of the batch, as in the search.
 *
 * @param options.batches - one epoch of them is measured
 */
export async function openOneShot(options: OneShotOptions): Promise<OneShotMeter> {
  const { network, problem, runtime, set, batches } = options;
  const { task, sizes } = problem;
  nameTree(network);
  const build = new Build(network, { training: true });
  const batch = taskBatch(problem);
  const weights = { normal: fedWeights(network, "normal"), reduce: fedWeights(network, "reduce") };
  const embedding = build.apply(network.supernet, batch.images, { weights });
  const answer = build.apply(network.head, embedding);
  const loss = searchLoss(task, { embedding, answer }, batch, options.loss);
  const evaluator = await Evaluator.create({ embedding, answer, loss }, { runtime, weights: new Map() });
  const params = paramsOf(network).filter(({ name }) => name in evaluator.model.inputs);
  return {
    async measure(values, edges) {
      const fixed = {
        ...Object.fromEntries(params.map(({ name, shape: of }) => [name, floats(of, values.get(name)!)])),
        ...edgeFeeds(edges),
      };
      const items: number[] = [];
      const said = {
        embeddings: [] as Float32Array[],
        answers: [] as Float32Array[],
        sent: [] as Float32Array[],
      };
      let total = 0;
      for (let step = 0; step < batches.stepsPerEpoch; step++) {
        const feeds = batches.at(step);
        const all: Record<string, HostTensor> = { ...fixed, ...feeds };
        const names = Object.keys(evaluator.model.inputs);
        const results = await evaluator.run(Object.fromEntries(names.map((name) => [name, all[name]!])));
        const indices = batches.itemsAt(step);
        items.push(...indices);
        total += Number(results["loss"]!.data[0]) * indices.length;
        said.embeddings.push(results["embedding"]!.data as Float32Array);
        said.answers.push(results["answer"]!.data as Float32Array);
        const sent = feeds["teacherEmbedding"]?.data.slice(); // the buffer is used again
        if (sent) said.sent.push(sent as Float32Array);
      }
      const received = {
        decisions: task.decide(joined(said.answers), sizes),
        embedding: joined(said.embeddings),
      };
      const chosen = selectImages(set, Uint32Array.from(items));
      const truth = { set: chosen, sizes, ...(said.sent.length > 0 && { sent: joined(said.sent) }) };
      const [leading] = task.figures(sizes);
      const { figures } = studentFigures([leading!], received, truth);
      return { loss: total / items.length, figure: figures[leading!.id]! };
    },
    release: () => evaluator.release(),
  };
}

/**
 * The edges of a supernet that is restricted to a genotype: its primitives have the weight 1, or 1/2 with edge
 * normalisation, all others 0.
 *
 * @throws SemlinkError `unknown-primitive`
 */
export function edgesOfGenotype(
  { normal, reduce }: Genotype,
  primitives: PrimitiveSet,
  edgeNormalization: boolean,
): EdgeNumbers {
  const ofCell = (cell: CellGenotype): EdgeNumbers["normal"] => {
    const numEdges = edgeIndex({ cellNode: cell.length, from: 0 });
    const strengths = Array.from({ length: numEdges }, () => primitives.map(() => 0));
    const edges = strengths.map(() => 0);
    const weight = edgeNormalization ? 0.5 : 1;
    cell.forEach((pair, cellNode) => {
      for (const { primitive, from } of pair) {
        const edge = edgeIndex({ cellNode, from });
        strengths[edge]![primitives.indexOf(primitiveNamed(primitives, primitive))] = weight;
        edges[edge] = weight;
      }
    });
    return { strengths, edges: edgeNormalization ? edges : null };
  };
  return { normal: ofCell(normal), reduce: ofCell(reduce) };
}

const EDGES = "edges:";

function fedWeights({ supernet }: SearchNetwork, kind: "normal" | "reduce"): EdgeWeights {
  const { alphaNormal, betaNormal } = supernet;
  const [numEdges, numPrimitives] = alphaNormal.shape as readonly [number, number];
  const strengths = input(`${EDGES}${kind}:strengths`, [numEdges, numPrimitives]);
  return {
    ...edgeWeights({ shares: strengths, edges: null }), // the strengths have the weights of the edges in them
    edges: betaNormal && split(input(`${EDGES}${kind}:edges`, [numEdges, 1]), { axis: 0, sizes: numEdges }),
  };
}

function edgeFeeds(numbers: EdgeNumbers): Record<string, HostTensor> {
  const ofKind = (kind: "normal" | "reduce"): [string, HostTensor][] => {
    const { strengths, edges } = numbers[kind];
    const numEdges = strengths.length;
    const table = floats([numEdges, strengths[0]!.length], Float32Array.from(strengths.flat()));
    const column = edges && floats([numEdges, 1], Float32Array.from(edges));
    return [
      [`${EDGES}${kind}:strengths`, table],
      ...(column ? [[`${EDGES}${kind}:edges`, column] as [string, HostTensor]] : []),
    ];
  };
  return Object.fromEntries([...ofKind("normal"), ...ofKind("reduce")]);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

function floats(shape: readonly number[], data: Float32Array): HostTensor {
  return { dtype: "float32", shape: [...shape], data };
}
