// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { defineExperiment } from "../../experiment.ts";
import { tinyProblem } from "../../link/tiny-problem.fixture.ts";
import { classify } from "../../task/classify.ts";
import { searchHalves } from "./search-setup.ts";
import type { ProposalConfig } from "../search-config.ts";
import { proposalOf } from "../search-config.ts";

const { data } = tinyProblem(64);
const configOf = (overrides: object): ProposalConfig =>
  proposalOf(defineExperiment({ name: "halves" }).search, {
    numTrainImages: 24,
    numValidationImages: 16,
    ...overrides,
  });

describe("searchHalves", () => {
  it("share no image and have the classes in proportion", () => {
    const { train, validation } = searchHalves(classify, data, configOf({}), rngFrom(1));
    expect(new Set([...train, ...validation]).size).toBe(40);
    const perClass = (half: Uint32Array): number[] =>
      data.classNames.map((_, label) => half.filter((index) => data.train.labels[index] === label).length);
    expect(perClass(train)).toEqual([6, 6, 6, 6]);
    expect(perClass(validation)).toEqual([4, 4, 4, 4]);
  });

  it("leave out images without a usable label where only labels teach", () => {
    const isLabelled = Uint8Array.from({ length: 64 }, (_, index) => Number(index >= 24));
    const some = { ...data, train: { ...data.train, isLabelled } };
    const { train, validation } = searchHalves(classify, some, configOf({ useTeacher: false }), rngFrom(1));
    expect(Math.min(...train, ...validation)).toBeGreaterThanOrEqual(24);
  });

  it("name a training set that is too small for both", () => {
    expect(() => searchHalves(classify, data, configOf({ numTrainImages: 60 }), rngFrom(1))).toThrow(
      /at most 64 training images, got 60 \+ 16/,
    );
  });
});
