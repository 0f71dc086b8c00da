// SPDX-License-Identifier: Apache-2.0
import { Build, Evaluator, paramsOf, rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { DerivedNetwork } from "../../cells/cell-network.ts";
import type { Genotype } from "../../cells/genotype.ts";
import { k7 } from "../../cells/primitive-sets.ts";
import { SEARCH_NORM } from "../../cells/primitives/primitive.ts";
import { tinyProblem } from "../../link/tiny-problem.fixture.ts";
import { drawnWeights } from "../../open-graph.fixture.ts";
import { classify } from "../../task/classify.ts";
import type { SearchProblem } from "../bilevel/search-loss.ts";
import { lowerLoss, searchLoss, taskBatch } from "../bilevel/search-loss.ts";
import { edgesOfGenotype, openOneShot } from "./one-shot.ts";
import { proposalOf } from "../search-config.ts";
import { searchNetwork } from "../supernet/search-network.ts";
import { TaughtBatches } from "../../train/taught-batches.ts";
import { watchedRuntime } from "../../train/watched-runtime.fixture.ts";

const { data, targets, experiment } = tinyProblem(24);
const problem: SearchProblem = {
  task: classify,
  sizes: classify.sizes(data),
  shape: {
    imageShape: [data.train.channels, data.train.height, data.train.width],
    embedDim: targets.embedDim,
  },
  teacher: targets,
};
const { train: set, mean, std } = data;
const SIZES = { channels: 4, numCells: 3, numCellNodes: 1, stemStride: 2, partialChannels: 1 } as const;
const config = proposalOf(experiment.search, { ...SIZES, edgeNormalization: false });
const GENOTYPE: Genotype = {
  normal: [
    [
      { primitive: "conv_3x3", from: 0 },
      { primitive: "skip_connect", from: 1 },
    ],
  ],
  reduce: [
    [
      { primitive: "avg_pool_3x3", from: 0 },
      { primitive: "conv_1x1", from: 1 },
    ],
  ],
};
const pool = Uint32Array.from({ length: 16 }, (_, index) => index);
const batches = new TaughtBatches({
  set,
  truth: classify.truth(set),
  mean,
  std,
  targets,
  pool,
  batchSize: 8,
  numViews: 1,
  rng: rngFrom(1),
});

describe("one-shot measurement", () => {
  it("is for a genotype that of its network with the supernet's weights", async () => {
    const { runtime } = await watchedRuntime();
    const network = searchNetwork({ problem, config, primitives: k7 });
    const weights = drawnWeights(network, 2);
    const meter = await openOneShot({ network, problem, loss: lowerLoss(config), runtime, set, batches });
    const measured = await meter.measure(weights, edgesOfGenotype(GENOTYPE, k7, false));

    const derived = {
      supernet: new DerivedNetwork({
        inChannels: 3,
        head: { embedDim: targets.embedDim },
        genotype: GENOTYPE,
        norm: SEARCH_NORM,
        ...SIZES,
      }),
      head: network.head,
    };
    const build = new Build(derived, { training: true });
    const batch = taskBatch(problem);
    const embedding = build.apply(derived.supernet, batch.images);
    const answer = build.apply(derived.head, embedding);
    const loss = searchLoss(classify, { embedding, answer }, batch, lowerLoss(config));
    expect(paramsOf(derived).every(({ name }) => weights.has(name))).toBe(true);
    const evaluator = await Evaluator.create({ loss }, { runtime, weights });
    const losses = [];
    for (const step of [0, 1]) losses.push((await evaluator.run(batches.at(step)))["loss"]!.data[0]);
    expect(measured.loss).toBeCloseTo((Number(losses[0]) + Number(losses[1])) / 2, 4);
    await Promise.all([evaluator.release(), meter.release()]);
  });

  it("counts right answers of the teacher's head on the embedding", async () => {
    const { runtime } = await watchedRuntime();
    const { weight } = targets.map!;
    const network = searchNetwork({ problem, config, primitives: k7 });
    const meter = await openOneShot({
      network,
      problem,
      loss: lowerLoss({ ...config, useTeacher: false }),
      runtime,
      set,
      batches,
    });
    const edges = edgesOfGenotype(GENOTYPE, k7, false);
    // A head that always answers the first class is right for each image of that class.
    const first = new Map(drawnWeights(network, 2));
    first.set(
      "head.weight",
      weight.map(() => 0),
    );
    first.set("head.bias", Float32Array.of(1, 0, 0, 0));
    expect((await meter.measure(first, edges)).figure).toBe(0.25);
    await meter.release();
  });
});

describe("edges of a genotype", () => {
  it("have the weight 1, or 1/2 where edges are normalised, and are two for each node", () => {
    for (const isNormalised of [false, true]) {
      const { normal } = edgesOfGenotype(GENOTYPE, k7, isNormalised);
      const weight = isNormalised ? 0.5 : 1;
      expect(normal.strengths.flat().filter((value) => value !== 0)).toEqual([weight, weight]);
      expect(normal.strengths[0]![k7.findIndex(({ name }) => name === "conv_3x3")]).toBe(weight);
      expect(normal.edges).toEqual(isNormalised ? [0.5, 0.5] : null);
    }
  });

  it("name a primitive that the set has not", () => {
    const edge = { primitive: "max_pool_3x3", from: 0 };
    const other: Genotype = { ...GENOTYPE, normal: [[edge, { ...edge, from: 1 }]] };
    expect(() => edgesOfGenotype(other, k7, false)).toThrow(
      expect.objectContaining({ code: "unknown-primitive" }),
    );
  });
});
