// SPDX-License-Identifier: Apache-2.0
import type { Rng, Runtime } from "@semlink/engine";
import { rngFrom, SemlinkError } from "@semlink/engine";
import type { Genotype } from "../../cells/genotype.ts";
import type { PrimitiveSet } from "../../cells/primitive-sets.ts";
import type { Cost } from "../../cells/primitives/primitive.ts";
import type { Dataset } from "../../data/dataset.ts";
import { stratifiedPermutation } from "../../data/split.ts";
import type { Task } from "../../task/task.ts";
import type { TargetBank } from "../../teacher/target-bank.ts";
import { TaughtBatches } from "../../train/taught-batches.ts";
import { lowerLoss, type SearchProblem } from "../bilevel/search-loss.ts";
import type { ProposalConfig } from "../search-config.ts";
import type { ArchitectureReader, SearchNetwork } from "../supernet/search-network.ts";
import { openArchitectureReader, searchNetwork, studentSizes } from "../supernet/search-network.ts";
import { edgesOfGenotype, type OneShotMeter, openOneShot } from "./one-shot.ts";

/** What a search learns from, and what it is. */
export interface SearchSources {
  readonly task: Task;
  readonly data: Dataset;
  /** Teacher targets; null where the search learns from the truth alone. */
  readonly targets: TargetBank | null;
  readonly embedDim: number;
  readonly config: ProposalConfig;
  readonly primitives: PrimitiveSet;
  readonly numViews: number;
  readonly seed: number;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
}

/** What all phases of a search share. */
export interface SearchSetup extends SearchSources {
  readonly problem: SearchProblem;
  /** Every primitive on every edge; its parameters have the names of every phase. */
  readonly network: SearchNetwork;
  readonly train: TaughtBatches;
  readonly validation: TaughtBatches;
  /** Costs at uniform alpha, of which the penalty is 0. */
  readonly reference: Cost;
  readonly meter: OneShotMeter;
}

/** Draws the halves and opens the one-shot meter, which the caller releases. */
export async function openSetup(sources: SearchSources): Promise<SearchSetup> {
  const { task, data, targets, config, numViews } = sources;
  const halves = halvesOf(sources);
  const { batchSize } = config;
  const { train: set, mean, std } = data;
  const truth = task.truth(set);
  const ofHalf = (half: "train" | "validation"): TaughtBatches => {
    const rng = searchRng(sources).fold(half);
    const pool = halves[half];
    return new TaughtBatches({ set, truth, mean, std, targets, batchSize, numViews, pool, rng });
  };
  const network = supernetOf(sources);
  return {
    ...sources,
    problem: problemOf(sources),
    network,
    train: ofHalf("train"),
    validation: ofHalf("validation"),
    reference: await costAtUniformAlpha(sources, network),
    meter: await openMeter(sources, halves),
  };
}

/**
 * Leading figures of a finished search's supernet restricted to each genotype, on 1,000 images of its validation half.
 *
 * @param weights - of the supernet; those of primitives that were pruned are as they were then
 * @throws SemlinkError `unknown-primitive` when a genotype is not of the space of the search
 */
export async function oneShotFigures(
  sources: SearchSources,
  weights: ReadonlyMap<string, Float32Array>,
  genotypes: readonly Genotype[],
): Promise<number[]> {
  const { primitives, config, signal } = sources;
  const meter = await openMeter(sources, halvesOf(sources));
  const figures: number[] = [];
  for (const genotype of genotypes) {
    signal.throwIfAborted();
    const edges = edgesOfGenotype(genotype, primitives, config.edgeNormalization);
    figures.push((await meter.measure(weights, edges)).figure);
  }
  await meter.release();
  return figures;
}

/** Opens the reader of a phase's architecture parameters. */
export function openReader(sources: SearchSources, network: SearchNetwork): Promise<ArchitectureReader> {
  const { runtime, primitives, config } = sources;
  const student = studentSizes(problemOf(sources).shape, config);
  return openArchitectureReader(network, { runtime, primitives, student });
}

/** Address of all that a search draws. */
export function searchRng({ seed }: Pick<SearchSources, "seed">): Rng {
  return rngFrom(seed).fold("search");
}

function halvesOf(sources: SearchSources): SearchHalves {
  const { task, data, config } = sources;
  return searchHalves(task, data, config, searchRng(sources).fold("halves"));
}

function problemOf({ task, data, targets, embedDim }: SearchSources): SearchProblem {
  const { channels, height, width } = data.train;
  const shape = { imageShape: [channels, height, width] as const, embedDim };
  return { task, sizes: task.sizes(data), shape, teacher: targets };
}

function supernetOf(sources: SearchSources): SearchNetwork {
  const { config, primitives } = sources;
  return searchNetwork({ problem: problemOf(sources), config, primitives });
}

// Images of the validation half that one-shot figures are measured on.
const NUM_ONE_SHOT_IMAGES = 1000;
const ONE_SHOT_BATCH = 250;

/** Measures on images of the validation half as they are. */
function openMeter(sources: SearchSources, { validation }: SearchHalves): Promise<OneShotMeter> {
  const { task, data, targets, config, runtime, seed } = sources;
  const pool = validation.slice(0, NUM_ONE_SHOT_IMAGES);
  const batchSize = Math.min(ONE_SHOT_BATCH, pool.length);
  const rng = rngFrom(seed).fold("one-shot");
  const { train: set, mean, std } = data;
  const truth = task.truth(set);
  const batches = new TaughtBatches({ set, truth, mean, std, targets, pool, batchSize, numViews: 1, rng });
  const loss = lowerLoss(config);
  return openOneShot({
    network: supernetOf(sources),
    problem: problemOf(sources),
    loss,
    runtime,
    set,
    batches,
  });
}

async function costAtUniformAlpha(sources: SearchSources, network: SearchNetwork): Promise<Cost> {
  const reader = await openReader(sources, network);
  const params = network.supernet.architectureParams();
  const even = params.map(({ name, shape }): [string, Float32Array] => [
    name,
    new Float32Array(shape.reduce((size, dim) => size * dim, 1)),
  ]);
  const { expected } = await reader.read(new Map(even));
  await reader.release();
  return expected;
}

/** Images of both levels: no image is in two of the lists. */
export interface SearchHalves {
  /** Indices into the training set that the weights learn from. */
  readonly train: Uint32Array;
  /** Indices into the training set that alpha learns from. */
  readonly validation: Uint32Array;
}

/**
 * Two class-stratified parts of the training set; the data's own validation split is not touched. Without a teacher,
 * images without a usable truth are left out.
 *
 * @throws SemlinkError `invalid-config` when there are fewer images than both ask for
 */
export function searchHalves(
  task: Pick<Task, "truth">,
  { train, classNames }: Dataset,
  config: ProposalConfig,
  rng: Rng,
): SearchHalves {
  const { numTrainImages, numValidationImages, useTeacher } = config;
  const all = Uint32Array.from({ length: train.count }, (_, index) => index);
  const usable = useTeacher ? all : task.truth(train).usable(all);
  if (numTrainImages + numValidationImages > usable.length) {
    throw new SemlinkError({
      code: "invalid-config",
      where: "search",
      expected: `numTrainImages + numValidationImages of at most ${usable.length} training images`,
      actual: `${numTrainImages} + ${numValidationImages}`,
      hint: "lower both, or raise data.trainLimit",
    });
  }
  const labels = Uint8Array.from(usable, (index) => train.labels[index]!);
  const order = stratifiedPermutation(labels, classNames.length, rng).map((place) => usable[place]!);
  return {
    train: order.slice(0, numTrainImages),
    validation: order.slice(numTrainImages, numTrainImages + numValidationImages),
  };
}
