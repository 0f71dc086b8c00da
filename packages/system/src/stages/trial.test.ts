// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { prepareData } from "../data/node/prepare-data.ts";
import { defineExperiment } from "../experiment.ts";
import { tinyProblem } from "../link/tiny-problem.fixture.ts";
import { stateInputs } from "../run/inputs.ts";
import type { TrialOutcome, TrialRequest } from "../search/select/successive-halving.ts";
import { cellsConfig } from "../student/cells.fixture.ts";
import { writeTargetMap, writeViewTargets } from "../teacher/node/target-files.ts";
import { eachTempFolder } from "../temp-folder.fixture.ts";
import type { Place } from "./place.ts";
import { stagedTrials, type TrialInputs, type TrialSetting, trialStage } from "./trial.ts";

const folder = eachTempFolder();
// The images are drawn once for all tests.
const cacheFolder = mkdtempSync(join(tmpdir(), "semlink-trials-"));
afterAll(() => rmSync(cacheFolder, { recursive: true }));

const EMBED_DIM = 4;
const BANK = { artifact: "b".repeat(64) };
const TEST_EMBEDDINGS = { artifact: "e".repeat(64) };

const experiment = defineExperiment({
  name: "trials",
  data: { dataset: "synthetic-shapes", trainLimit: 60, validationCount: 40, testLimit: 30 },
  teacher: { source: "train" },
  targets: { numViews: 1 },
  robust: { phaseA: { numViews: 1 } },
  student: { architecture: "cells", cells: cellsConfig() },
  distill: { transfer: { batchSize: 8, averageDecay: 0.9 } },
});
const request: TrialRequest = {
  student: { ...experiment.student, cells: { ...cellsConfig(), stemStride: 2 } },
  budget: { numImages: 20, epochs: 1 },
  seed: 3,
  measuredOn: "validation",
};
const setting: TrialSetting = {
  data: { data: "d" },
  task: "classify",
  targets: { bank: BANK, numViews: 1 },
  numViews: 1,
  embedDim: EMBED_DIM,
  transfer: experiment.distill.transfer,
  runtime: experiment.runtime,
};

/** Does a trial in this process, in a folder of its own. */
async function produced(trial: TrialRequest): Promise<TrialOutcome> {
  const data = await prepareData(experiment.data, { cacheFolder });
  const numClasses = data.classNames.length;
  const draws = tinyProblem().data.train.images;
  const drawn = (length: number): Float32Array =>
    Float32Array.from({ length }, (_, i) => draws[i % draws.length]! / 128 - 1);
  const { count } = data.train;
  const said = { embedding: drawn(count * EMBED_DIM), answer: drawn(count * numClasses) };
  await writeViewTargets(folder(), 0, said, count);
  const map = { weight: drawn(numClasses * EMBED_DIM), bias: new Float32Array(numClasses) };
  const [mean, std] = [new Float32Array(EMBED_DIM), new Float32Array(EMBED_DIM).fill(1)];
  await writeTargetMap(folder(), map, { space: "standardized", mean, std });
  const at: Place = {
    folder: join(folder(), "trial"),
    part: undefined,
    folderOf: () => folder(),
    cores: { count: 1, onChange: () => undefined },
    settings: { cacheFolder, detectAnomaly: false, data: { [data.digest]: experiment.data }, modules: {} },
    report: () => undefined,
    signal: new AbortController().signal,
  };
  await mkdir(at.folder, { recursive: true });
  const inputs: TrialInputs = { ...setting, data: { data: data.digest }, trial, testEmbeddings: null };
  await trialStage.produce(inputs, at);
  return trialStage.read(at.folder, inputs);
}

describe("trial", () => {
  it("measures a student of cells on every image of the split, and ends with the same figures again", async () => {
    const outcome = await produced(request);
    expect(outcome.outcomes).toHaveLength(40);
    const right = outcome.outcomes.reduce((sum, flag) => sum + flag, 0);
    expect(outcome.figures).toEqual({ accuracy: right / 40 });
    expect(outcome.durationS).toBeGreaterThan(0);
    const { figures, outcomes } = await produced(request); // goes on from what is there
    expect({ figures, outcomes }).toEqual({ figures: outcome.figures, outcomes: outcome.outcomes });
  });

  it("that is damaged is known as such, so that it is made again", async () => {
    await produced(request);
    const path = join(folder(), "trial");
    await writeFile(join(path, "trial.json"), "{}");
    await expect(trialStage.read(path, { ...setting, trial: request, testEmbeddings: null })).rejects.toThrow(
      expect.objectContaining({ code: "corrupt-file" }),
    );
  });
});

/** Trials whose stage ends with `answer`; `asked` are the inputs that count for its key. */
function trials(answer: () => TrialOutcome): {
  readonly runTrial: ReturnType<typeof stagedTrials>;
  readonly asked: unknown[];
  readonly stop: AbortController;
} {
  const stop = new AbortController();
  const asked: unknown[] = [];
  const run = {
    signal: stop.signal,
    noteModule: () => undefined,
    stage: (_stage: unknown, inputs: unknown) => {
      asked.push(stateInputs(inputs).counted);
      return new Promise<never>((resolve) => {
        resolve({ artifact: "a".repeat(64), value: answer() } as never);
      });
    },
  };
  return { runTrial: stagedTrials(setting, TEST_EMBEDDINGS, run), asked, stop };
}

const outcome: TrialOutcome = { figures: { accuracy: 1 }, outcomes: Float32Array.of(1), durationS: 2 };

describe("stagedTrials", () => {
  it("asks for the same stage for encoders that are the same, and for another one otherwise", async () => {
    const { runTrial, asked } = trials(() => outcome);
    expect(await runTrial(request)).toEqual(outcome);
    await runTrial({ ...request, student: { ...request.student, widths: [8] } }); // of another architecture
    await runTrial({ ...request, seed: 4 });
    await runTrial({ ...request, budget: { numImages: 10, epochs: 1 } });
    const [first, same, seed, budget] = asked;
    expect(same).toEqual(first);
    expect(seed).not.toEqual(first);
    expect(budget).not.toEqual(first);
  });

  it("reads the teacher's embeddings of the test images for trials on the test set alone", async () => {
    const { runTrial, asked } = trials(() => outcome);
    await runTrial(request);
    await runTrial({ ...request, measuredOn: "test" });
    expect(asked).toMatchObject([{ testEmbeddings: null }, { testEmbeddings: TEST_EMBEDDINGS }]);
  });

  it("reports a failed trial and leaves the others alone", async () => {
    let numAsked = 0;
    const { runTrial } = trials(() => {
      if (++numAsked > 1) return outcome;
      throw new SemlinkError({
        code: "loss-not-finite",
        where: "trial",
        expected: "a number",
        actual: "NaN",
      });
    });
    const [failed, other] = await Promise.all([runTrial(request), runTrial({ ...request, seed: 4 })]);
    expect(failed).toMatchObject({ failure: expect.stringContaining("NaN") as string });
    expect(other).toEqual(outcome);
  });

  it("stops with the run", async () => {
    const { runTrial, stop } = trials(() => {
      stop.abort(new Error("stopped"));
      throw new Error("its process ended");
    });
    await expect(runTrial(request)).rejects.toThrow("stopped");
  });
});
