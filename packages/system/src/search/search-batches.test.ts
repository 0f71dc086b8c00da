// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { saidOf, shownIn, tinyProblem, viewsOf } from "../distill/tiny-problem.fixture.ts";
import { defineExperiment } from "../experiment.ts";
import type { ProposalConfig } from "../experiment/search-config.ts";
import { proposalOf } from "../experiment/search-config.ts";
import { SearchBatches, searchHalves } from "./search-batches.ts";

const problem = tinyProblem(64);
const { data, targets } = problem;
const configOf = (overrides: object): ProposalConfig =>
  proposalOf(defineExperiment({ name: "halves" }).search, {
    ...{ numTrainImages: 24, numValidationImages: 16 },
    ...overrides,
  });

describe("searchHalves", () => {
  it("share no image and have the classes in proportion", () => {
    const { train, validation } = searchHalves(data, configOf({}), rngFrom(1));
    expect(new Set([...train, ...validation]).size).toBe(40);
    const perClass = (half: Uint32Array): number[] =>
      data.classNames.map((_, label) => half.filter((index) => data.train.labels[index] === label).length);
    expect(perClass(train)).toEqual([6, 6, 6, 6]);
    expect(perClass(validation)).toEqual([4, 4, 4, 4]);
  });

  it("leave out images without a usable label where only labels teach", () => {
    const isLabelled = Uint8Array.from({ length: 64 }, (_, index) => Number(index >= 24));
    const some = { ...data, train: { ...data.train, isLabelled } };
    const { train, validation } = searchHalves(some, configOf({ useTeacher: false }), rngFrom(1));
    expect(Math.min(...train, ...validation)).toBeGreaterThanOrEqual(24);
  });

  it("name a training set that is too small for both", () => {
    expect(() => searchHalves(data, configOf({ numTrainImages: 60 }), rngFrom(1))).toThrow(
      /at most 64 training images, got 60 \+ 16/,
    );
  });
});

describe("SearchBatches", () => {
  const pool = Uint32Array.of(3, 9, 12, 30, 31, 40);
  const batches = (): SearchBatches =>
    new SearchBatches({ data, targets, pool, batchSize: 3, numViews: 2, rng: rngFrom(4) });

  it("show every image of the pool once an epoch, in another view the next", () => {
    const shown = [0, 1, 2, 3].map((step) =>
      shownIn(batches().at(step)["images"]!.data as Float32Array, viewsOf(problem), 3 * 8 * 8),
    );
    const [first, second] = [shown.slice(0, 2).flat(), shown.slice(2).flat()];
    for (const epoch of [first, second])
      expect(new Set(epoch.map(({ image }) => image))).toEqual(new Set(pool));
    for (const { image, view } of first)
      expect(second.find((later) => later.image === image)!.view).toBe(1 - view);
  });

  it("give what the teacher said of these images in these views", () => {
    const feeds = batches().at(1, "validation:");
    const shown = shownIn(feeds["validation:images"]!.data as Float32Array, viewsOf(problem), 3 * 8 * 8);
    const said = saidOf(targets, shown);
    expect(feeds["validation:teacherEmbedding"]!.data).toEqual(said.teacherEmbedding);
    expect(feeds["validation:teacherLogits"]!.data).toEqual(said.teacherLogits);
  });
});
