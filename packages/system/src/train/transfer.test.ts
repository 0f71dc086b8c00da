// SPDX-License-Identifier: Apache-2.0
import { readMetrics } from "@semlink/engine/node";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { imageLength } from "../data/dataset.ts";
import { runStudent } from "../student/run-student.ts";
import type { TransferConfig } from "../experiment.ts";
import type { ProgressEvent } from "../run/progress.ts";
import { eachTempFolder } from "../temp-folder.fixture.ts";
import { FLOAT16_VALUES } from "../numbers/float16.ts";
import {
  saidOf,
  shownIn,
  tinyNetwork,
  tinyProblem,
  type TinyProblem,
  viewsOf,
} from "../link/tiny-problem.fixture.ts";
import { classify } from "../task/classify.ts";
import { transferKnowledge } from "./transfer.ts";
import { watchedRuntime, type WatchedRuntime } from "./watched-runtime.fixture.ts";
import { loadWeights, WEIGHTS_FILE } from "./node/phase-files.ts";
import { placeInFolders } from "./training-place.fixture.ts";

const folder = eachTempFolder();

interface Setting {
  readonly problem?: TinyProblem;
  readonly isTaught?: boolean;
  readonly transfer?: Partial<TransferConfig>;
  readonly watched?: WatchedRuntime;
  readonly report?: (event: ProgressEvent) => void;
  readonly detectAnomaly?: boolean;
  readonly pool?: Uint32Array;
  readonly name?: string;
}

/** Trains a student in a subfolder and returns it. */
async function transfer(setting: Setting = {}): Promise<string> {
  const { problem = tinyProblem(), isTaught = true, name = "student" } = setting;
  const { runtime, signal } = setting.watched ?? (await watchedRuntime());
  const { data, targets, shape, experiment } = problem;
  const path = join(folder(), name);
  const taught = isTaught ? targets : null;
  const { detectAnomaly = false, report = (): void => undefined } = setting;
  await transferKnowledge(
    {
      task: classify,
      data,
      ...(setting.pool ? { pool: setting.pool } : {}),
      targets: taught,
      network: tinyNetwork(shape, experiment.student, taught?.map),
      transfer: { ...experiment.distill.transfer, ...setting.transfer },
      numViews: experiment.targets.numViews,
      seed: 1,
    },
    placeInFolders({ runtime, detectAnomaly, report, signal }, () => path),
  );
  return path;
}

describe("transferKnowledge", () => {
  it("names the part of the student and the operator where values stop being finite, when asked to", async () => {
    const broken = { peakLearningRate: 1e38, muonLearningRate: 1e38, epochs: 3 };
    await expect(transfer({ transfer: broken, detectAnomaly: true })).rejects.toMatchObject({
      where: expect.stringMatching(/^training step \d+, .+ › \w+ \((forward|gradient|next:.*)\)$/) as string,
    });
    await expect(transfer({ transfer: broken, name: "plain" })).rejects.toMatchObject({
      code: "loss-not-finite",
      where: expect.stringMatching(/^training step \d+$/) as string,
    });
  });

  it("overfits one batch: embeddings, decisions and labels of every image", async () => {
    const problem = tinyProblem(8);
    const epochs = 120;
    const path = await transfer({ problem, transfer: { epochs, weightDecay: 0, labelSmoothing: 0 } });
    const lines = await readMetrics(join(path, "metrics.jsonl"));
    expect(lines.at(-1)!.step).toBe(epochs);
    expect(lines.at(-1)!["feature"]).toBeLessThan(0.1 * lines[0]!["feature"]!);
    expect(lines.at(-1)!["soft"]).toBeLessThan(0.1 * lines[0]!["soft"]!);

    const { data, shape, targets, experiment } = problem;
    const network = tinyNetwork(shape, experiment.student);
    const weights = await loadWeights(path);
    const { runtime, signal } = await watchedRuntime();
    const { answers, embeddings } = await runStudent({
      network,
      weights,
      set: data.train,
      data,
      embedDim: shape.embedDim,
      answerDim: shape.numClasses,
      runtime,
      signal,
    });
    expect(classify.decide(answers, { numClasses: shape.numClasses })).toEqual(data.train.labels);
    const taught = Float32Array.from(targets.targets[0]!.embeddings, (half) => FLOAT16_VALUES[half]!);
    const missed = embeddings.reduce((sum, value, i) => sum + (value - taught[i]!) ** 2, 0);
    expect(missed / taught.length).toBeLessThan(0.15);
  });

  it("teaches what the teacher said of the very view that it shows, with the label of the image", async () => {
    const problem = tinyProblem();
    const watched = await watchedRuntime();
    await transfer({ problem, watched });
    const tables = viewsOf(problem);
    const width = imageLength(problem.data.train);
    const steps = watched.fed("images").map((images) => shownIn(images, tables, width));
    expect(steps.length).toBe(12);
    expect(new Set(steps.flat().map(({ view }) => view))).toEqual(new Set([0, 1]));
    steps.forEach((shown, step) => {
      const said = saidOf(problem.targets, shown);
      expect(watched.fed("teacherEmbedding")[step]).toEqual(said.teacherEmbedding);
      expect(watched.fed("teacherAnswer")[step]).toEqual(said.teacherAnswer);
      const labels = shown.map(({ image }) => problem.data.train.labels[image]);
      expect([...watched.fed("labels")[step]!]).toEqual(labels);
    });
  });

  it("learns from the images of its pool alone, in as many steps as they fill", async () => {
    const problem = tinyProblem();
    const watched = await watchedRuntime();
    await transfer({ problem, watched, pool: Uint32Array.from({ length: 16 }, (_, i) => 2 * i) });
    expect(watched.numSteps()).toBe(6);
    const tables = viewsOf(problem);
    const width = imageLength(problem.data.train);
    const shown = watched.fed("images").flatMap((images) => shownIn(images, tables, width));
    expect([...new Set(shown.map(({ image }) => image))].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 16 }, (_, i) => 2 * i),
    );
  });

  it("reports its terms, and reuses the teacher's head as it is", async () => {
    const problem = tinyProblem();
    const events: ProgressEvent[] = [];
    const path = await transfer({ problem, report: (event) => events.push(event) });
    const weights = await loadWeights(path);
    expect(weights.get("head.weight")).toEqual(problem.targets.map!.weight);
    expect(weights.get("head.bias")).toEqual(problem.targets.map!.bias);
    const last = events.at(-1)!;
    expect(last).toMatchObject({ stage: "distill", done: 12, total: 12 });
    expect(Object.keys(last.metrics!)).toEqual(["loss", "feature", "cosine", "soft", "hard"]);
  });

  it("ends with the same bits when it is stopped half-way and run again", async () => {
    const straight = await transfer({ name: "straight" });
    const watched = await watchedRuntime(5);
    await expect(transfer({ name: "resumed", watched })).rejects.toThrow("stopped by the test");
    expect(watched.numSteps()).toBe(5);
    const rest = await watchedRuntime();
    const resumed = await transfer({ name: "resumed", watched: rest });
    expect(rest.numSteps()).toBe(12 - 5);
    for (const file of [WEIGHTS_FILE, "metrics.jsonl"]) {
      expect(await readFile(join(resumed, file))).toEqual(await readFile(join(straight, file)));
    }
  });

  it("is a function of its seed and of the data", async () => {
    const first = await loadWeights(await transfer({ name: "first" }));
    expect(await loadWeights(await transfer({ name: "second" }))).toEqual(first);
    const other = await transfer({ name: "other", problem: tinyProblem(40) });
    expect(await loadWeights(other)).not.toEqual(first);
  });
});

describe("transferKnowledge without a teacher", () => {
  it("learns a head of its own, from labels alone, in as many steps", async () => {
    const problem = tinyProblem();
    const events: ProgressEvent[] = [];
    const watched = await watchedRuntime();
    const report = (event: ProgressEvent): void => void events.push(event);
    const path = await transfer({ problem, isTaught: false, watched, report });
    expect(watched.trainings[0]!.filter((name) => name.startsWith("teacher"))).toEqual([]);
    expect(watched.numSteps()).toBe(12);
    expect(Object.keys(events.at(-1)!.metrics!)).toEqual(["loss", "hard"]);
    expect((await loadWeights(path)).get("head.weight")).not.toEqual(problem.targets.map!.weight);
  });

  it("sees only images whose label may be used", async () => {
    const problem = tinyProblem();
    const { train } = problem.data;
    // Three in four labels are hidden, and changed: that must not be noticed.
    const isLabelled = Uint8Array.from(train.labels, (_, image) => (image < 8 ? 1 : 0));
    const withTrain = (changes: Partial<typeof train>): TinyProblem => ({
      ...problem,
      data: { ...problem.data, train: { ...train, isLabelled, ...changes } },
    });
    const hidden = await transfer({ name: "hidden", isTaught: false, problem: withTrain({}) });
    const images = train.images.map((value, i) => (i < 8 * 192 ? value : 255 - value));
    const labels = train.labels.map((label, image) => (image < 8 ? label : 3 - label));
    const changed = await transfer({
      name: "changed",
      isTaught: false,
      problem: withTrain({ images, labels }),
    });
    expect(await loadWeights(changed)).toEqual(await loadWeights(hidden));
  });
});
