// SPDX-License-Identifier: Apache-2.0
import { describeError } from "@semlink/engine";
import { join } from "node:path";
import type { Dataset } from "../data/dataset.ts";
import { problemShape } from "./transfer.ts";
import { transferKnowledge } from "../train/transfer.ts";
import { loadWeights } from "../train/weights.ts";
import { explainedVariance } from "../evaluate/embedding-fidelity.ts";
import { runStudent } from "../evaluate/link-evaluation.ts";
import { studentNetwork } from "../link/networks.ts";
import type { Experiment } from "../experiment.ts";
import type { JobContext } from "./job-table.ts";
import { jobPayload, type JobPayload, openJobSetting } from "./job-setting.ts";
import type { OpenRun } from "./open-run.ts";
import { runStage } from "../run/stage.ts";
import { startStopwatch } from "../store/stopwatch.ts";
import { encoderIdentity } from "../student/student-encoder.ts";
import { readTargetBank } from "../teacher/target-bank.ts";
import type { CachedTargets } from "./targets.ts";
import { readTestEmbeddings, type TestEmbeddings } from "./test-embeddings.ts";
import {
  spreadIndices,
  type TrialOutcome,
  type TrialRequest,
  type TrialRunner,
} from "../search/select/successive-halving.ts";
import { readTrial, writeTrial } from "../search/node/run-trial.ts";

/** What trials read beside the experiment. */
export interface TrialSources {
  readonly data: Dataset;
  readonly targets: CachedTargets;
  readonly testEmbeddings: TestEmbeddings;
}

/**
 * Runs each trial in a child process as a stage of its own: one that has run is read, in whatever pool it appears. A
 * trial that fails leaves the others alone and is tried again in the next session; a stopped run stops all.
 */
export function stagedTrials(experiment: Experiment, run: OpenRun, sources: TrialSources): TrialRunner {
  const quiet = { ...run, report: () => undefined, timings: [] };
  return async (request) => {
    const started = performance.now();
    try {
      return (await runStage(quiet, trialStage(experiment, run, sources, request))).value;
    } catch (error) {
      run.signal.throwIfAborted();
      const durationS = (performance.now() - started) / 1000;
      return { failure: describeError(error).message, durationS };
    }
  };
}

function trialStage(
  experiment: Experiment,
  run: OpenRun,
  { data, targets, testEmbeddings }: TrialSources,
  trial: TrialRequest,
): Parameters<typeof runStage<TrialOutcome>>[1] {
  const { student, measuredOn, seed } = trial;
  const { transfer } = experiment.distill;
  return {
    name: "trial",
    version: 1,
    inputs: {
      data: data.digest,
      targets: targets.key,
      student: encoderIdentity(student),
      transfer: { ...transfer, epochs: trial.budget.epochs },
      numImages: trial.budget.numImages,
      ...{ measuredOn, seed },
    },
    async produce(folder) {
      const payload = { ...jobPayload(experiment, run, folder), targetsFolder: targets.folder, trial };
      const testFolder = measuredOn === "test" ? testEmbeddings.folder : null;
      await run.jobs.run([{ job: "trial", payload: { ...payload, testFolder } }]);
    },
    read: readTrial,
  };
}

/** Payload of {@link trialJob}. */
export interface TrialPayload extends JobPayload {
  readonly targetsFolder: string;
  /** Folder of the teacher's test embeddings; null for trials on the validation split. */
  readonly testFolder: string | null;
  readonly trial: TrialRequest;
}

/** Job: stage 1 on part of the training images, then the share of right answers. */
export async function trialJob(payload: TrialPayload, context: JobContext): Promise<void> {
  const { experiment, folder, targetsFolder, testFolder, trial } = payload;
  const stopwatch = await startStopwatch(join(folder, "trial-elapsed.json"));
  const { numViews } = experiment.targets;
  const { transfer } = experiment.distill;
  const setting = await openJobSetting(payload, context);
  const { data, runtime, signal } = setting;
  const targets = await readTargetBank(targetsFolder, numViews);
  const shape = problemShape(data, targets.embedDim);
  await transferKnowledge({
    ...setting,
    pool: spreadIndices(trial.budget.numImages, data.train.count),
    targets: transfer.useTeacher ? targets : null,
    shape,
    student: trial.student,
    transfer: { ...transfer, epochs: trial.budget.epochs },
    numViews,
    seed: trial.seed,
    folder,
  });
  const set = data[trial.measuredOn];
  const network = studentNetwork(shape, trial.student, null);
  const weights = await loadWeights(folder);
  const { embeddings, predictions } = await runStudent(network, set, {
    data,
    shape,
    weights,
    runtime,
    signal,
  });
  const correct = predictions.map((prediction, i) => Number(prediction === set.labels[i]));
  const accuracy = correct.reduce((sum, flag) => sum + flag, 0) / correct.length;
  const r2 =
    testFolder === null
      ? null
      : explainedVariance(embeddings, await readTestEmbeddings(testFolder), shape.embedDim);
  await writeTrial(folder, { accuracy, r2, correct, durationS: await stopwatch.stop() });
}
