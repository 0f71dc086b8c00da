// SPDX-License-Identifier: Apache-2.0
import { input, rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { openGraph } from "../../open-graph.fixture.ts";
import { defineExperiment } from "../../experiment.ts";
import { classify } from "../../task/classify.ts";
import type { SearchLoss, SearchProblem, TaskOutputs } from "./search-loss.ts";
import { lowerLoss, searchLoss, taskBatch, upperLoss } from "./search-loss.ts";

const { search } = defineExperiment({ name: "losses" });
const LOSSES = {
  kd: lowerLoss(search),
  feature: upperLoss({ ...search, upperLoss: "feature" }),
  labels: lowerLoss({ ...search, useTeacher: false }),
};

const PROBLEM: SearchProblem = {
  task: classify,
  sizes: { numClasses: 5 },
  shape: { imageShape: [3, 4, 4], embedDim: 6 },
  teacher: { embedDim: 6, answerDim: 5, map: null },
};
const BATCH = 4;
const embedding = rngFrom(1).normal(BATCH * 6);
const logits = rngFrom(2).normal(BATCH * 5);
const said = {
  embedding,
  logits,
  teacherEmbedding: rngFrom(3).normal(BATCH * 6),
  teacherAnswer: rngFrom(4).normal(BATCH * 5),
  labels: Int32Array.of(0, 1, 2, 3),
  isLabelled: Float32Array.of(1, 1, 1, 1),
};

async function lossOf(
  name: keyof typeof LOSSES | SearchLoss,
  values: Partial<typeof said> = {},
  problem: SearchProblem = PROBLEM,
): Promise<number> {
  const outputs: TaskOutputs = {
    embedding: input("embedding", ["batch", 6]),
    answer: input("logits", ["batch", 5]),
  };
  const loss = typeof name === "string" ? LOSSES[name] : name;
  const { run } = await openGraph({ loss: searchLoss(classify, outputs, taskBatch(problem), loss) });
  return (await run({ ...said, ...values })).loss[0]!;
}

describe("loss of a level", () => {
  it("is for the embedding alone the share of the teacher's variance that is missed", async () => {
    const squares = embedding.map((value, i) => (value - said.teacherEmbedding[i]!) ** 2);
    const mean = squares.reduce((total, square) => total + square, 0) / squares.length;
    expect(await lossOf("feature")).toBeCloseTo(mean, 5);
    expect(await lossOf("feature", { teacherEmbedding: embedding })).toBe(0);
  });

  it("is for the labels alone blind to the teacher", async () => {
    const other = { teacherEmbedding: embedding, teacherAnswer: logits };
    expect(await lossOf("labels", other)).toBe(await lossOf("labels"));
  });

  it("is for a student that repeats the teacher 0.3 of that of its labels", async () => {
    const same = { teacherEmbedding: embedding, teacherAnswer: logits };
    expect(await lossOf("kd", same)).toBeCloseTo(0.3 * (await lossOf("labels")), 5);
  });

  it("adds what the teacher's logits say to what its embedding and the labels do", async () => {
    const sameLogits = { teacherAnswer: logits };
    const [feature, labels] = [await lossOf("feature"), await lossOf("labels")];
    expect(await lossOf("kd", sameLogits)).toBeCloseTo(feature + 0.3 * labels, 5);
    expect(await lossOf("kd")).toBeGreaterThan(feature + 0.3 * labels);
  });

  it("is for both levels the same unless the embedding's alone, or no teacher, is asked for", () => {
    expect(upperLoss(search)).toEqual(LOSSES.kd);
    expect(upperLoss({ ...search, useTeacher: false, upperLoss: "feature" })).toEqual(LOSSES.labels);
  });

  it("takes weights, temperature and smoothing from the configuration", async () => {
    const { loss } = search;
    expect(loss).toEqual({ terms: { feature: 1, soft: 1, hard: 0.3 }, temperature: 2, labelSmoothing: 0.1 });
    const heavier = { ...loss, terms: { ...loss.terms, feature: 3 } };
    const [feature, kd] = [await lossOf("feature"), await lossOf("kd")];
    expect(await lossOf(heavier)).toBeCloseTo(kd + 2 * feature, 4);
    expect(await lossOf({ ...loss, temperature: 4 })).not.toBeCloseTo(kd, 3);
    expect(await lossOf({ ...loss, labelSmoothing: 0.4 })).not.toBeCloseTo(kd, 3);
  });

  it("falls back to what is there where the teacher gives no answer, or is absent", async () => {
    const silent = { ...PROBLEM, teacher: { embedDim: 6, answerDim: null, map: null } };
    const [feature, labels] = [await lossOf("feature"), await lossOf("labels")];
    expect(await lossOf("kd", {}, silent)).toBeCloseTo(feature + 0.3 * labels, 5);
    expect(await lossOf("labels", {}, { ...PROBLEM, teacher: null })).toBeCloseTo(labels, 6);
  });

  it("leaves out the label of an image that may not be used", async () => {
    const hidden = { isLabelled: Float32Array.of(1, 1, 1, 0) };
    const relabelled = { ...hidden, labels: Int32Array.of(0, 1, 2, 0) };
    expect(await lossOf("labels", relabelled)).toBe(await lossOf("labels", hidden));
  });
});
