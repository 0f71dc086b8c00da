// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { mkdtempSync, rmSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { prepareData } from "../data/node/prepare-data.ts";
import { tinyProblem } from "../link/tiny-problem.fixture.ts";
import { defineExperiment } from "../experiment.ts";
import type { Job } from "../run/serve-jobs.ts";
import { jobTable } from "./job-table.ts";
import type { OpenRun } from "./open-run.ts";
import { cellsConfig } from "../student/cells.fixture.ts";
import { writeTargetMap, writeViewTargets } from "../teacher/node/target-files.ts";
import { eachTempFolder } from "../temp-folder.fixture.ts";
import { stagedTrials } from "./trial.ts";
import { type TrialRequest, type TrialRunner } from "../search/select/successive-halving.ts";

const folder = eachTempFolder();
// The images are drawn once for all tests.
const cacheFolder = mkdtempSync(join(tmpdir(), "semlink-trials-"));
afterAll(() => rmSync(cacheFolder, { recursive: true }));

const EMBED_DIM = 4;

const experiment = defineExperiment({
  name: "trials",
  data: { dataset: "synthetic-shapes", trainLimit: 60, validationCount: 40, testLimit: 30 },
  teacher: { source: "train" },
  targets: { numViews: 1 },
  robust: { phaseA: { numViews: 1 } },
  student: { architecture: "cells", cells: cellsConfig() },
  distill: { transfer: { batchSize: 10, averageDecay: 0.9 } },
});
const request: TrialRequest = {
  student: { ...experiment.student, cells: { ...cellsConfig(), stemStride: 2 } },
  budget: { numImages: 20, epochs: 1 },
  seed: 3,
  measuredOn: "validation",
};

/** Trials with their jobs in this process; `before` is called before each. */
async function openTrials(
  before: () => void = () => undefined,
  signal = new AbortController().signal,
): Promise<{ runTrial: TrialRunner; jobs: string[] }> {
  const data = await prepareData(experiment.data, { cacheFolder });
  const numClasses = data.classNames.length;
  const draws = tinyProblem().data.train.images;
  const drawn = (length: number): Float32Array =>
    Float32Array.from({ length }, (_, i) => draws[i % draws.length]! / 128 - 1);
  const said = {
    embedding: drawn(data.train.count * EMBED_DIM),
    answer: drawn(data.train.count * numClasses),
  };
  await writeViewTargets(folder(), 0, said, data.train.count);
  const map = { weight: drawn(numClasses * EMBED_DIM), bias: new Float32Array(numClasses) };
  const statistics = {
    space: "standardized" as const,
    mean: new Float32Array(EMBED_DIM),
    std: new Float32Array(EMBED_DIM).fill(1),
  };
  await writeTargetMap(folder(), map, statistics);
  const jobs: string[] = [];
  const report = (): void => undefined;
  const runner: OpenRun["jobs"] = {
    async run(requests) {
      const results: unknown[] = [];
      for (const { job, payload } of requests) {
        jobs.push(job);
        before();
        const work: Job = jobTable[job];
        results.push(
          await work(payload as never, { report, signal, cores: { count: 1, onChange: () => undefined } }),
        );
      }
      return results as never;
    },
    close: () => Promise.resolve(),
    peakMiB: () => 0,
  };
  const run = {
    folder: folder(),
    report,
    signal,
    jobs: runner,
    timings: [],
    cacheFolder,
    detectAnomaly: false,
  };
  const targets = { folder: folder(), key: "targets", embedDim: EMBED_DIM };
  const sources = { data, targets, testEmbeddings: { folder: folder() } };
  return { runTrial: stagedTrials(experiment, run as unknown as OpenRun, sources), jobs };
}

describe("stagedTrials", () => {
  it("measures a student of cells on every image of the split", async () => {
    const { runTrial } = await openTrials();
    const outcome = await runTrial(request);
    if ("failure" in outcome) throw new Error(outcome.failure);
    expect(outcome.outcomes).toHaveLength(40);
    const right = outcome.outcomes.reduce((sum, flag) => sum + flag, 0);
    expect(outcome.figures).toEqual({ accuracy: right / 40 });
    expect(outcome.durationS).toBeGreaterThan(0);
  });

  it("runs no trial twice, and every other one", async () => {
    const first = await openTrials();
    const outcome = await first.runTrial(request);
    const second = await openTrials();
    expect(await second.runTrial(request)).toEqual(outcome);
    expect(second.jobs).toEqual([]);
    await second.runTrial({ ...request, seed: 4 });
    await second.runTrial({ ...request, budget: { numImages: 10, epochs: 1 } });
    expect(second.jobs).toEqual(["trial", "trial"]);
  });

  it("reports a failed trial, and tries it again in the next session", async () => {
    const { runTrial } = await openTrials(() => {
      throw new SemlinkError({
        code: "loss-not-finite",
        where: "trial",
        expected: "a number",
        actual: "NaN",
      });
    });
    expect(await runTrial(request)).toMatchObject({ failure: expect.stringContaining("NaN") as string });
    expect(await (await openTrials()).runTrial(request)).toHaveProperty("figures.accuracy");
  });

  it("stops with the run", async () => {
    const stop = new AbortController();
    const { runTrial } = await openTrials(() => stop.abort(new Error("stopped")), stop.signal);
    await expect(runTrial(request)).rejects.toThrow("stopped");
  });

  it("makes a damaged trial again", async () => {
    const { runTrial } = await openTrials();
    await runTrial(request);
    const [name] = (await readdir(folder())).filter((entry) => entry.startsWith("trial-"));
    await rm(join(folder(), name!, "trial.json"));
    const again = await openTrials();
    expect(await again.runTrial(request)).toHaveProperty("figures.accuracy");
    expect(again.jobs).toEqual(["trial"]);
  });
});
