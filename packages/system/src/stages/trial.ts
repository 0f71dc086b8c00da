// SPDX-License-Identifier: Apache-2.0
import { describeError } from "@semlink/engine";
import type { Dataset } from "../data/dataset.ts";
import { problemShape } from "./transfer.ts";
import { relativeErrors } from "../evaluate/embedding-fidelity.ts";
import type { Experiment } from "../experiment.ts";
import type { Figure } from "../task/task.ts";
import { readTrial, runTrial } from "../search/node/run-trial.ts";
import { FIGURES_OF_VERSION_1 } from "../search/search-results-1.ts";
import type { TrialOutcome, TrialRequest, TrialRunner } from "../search/select/successive-halving.ts";
import type { JobContext } from "./job-table.ts";
import { jobPayload, type JobPayload, openJobSetting } from "./job-setting.ts";
import type { OpenRun } from "./open-run.ts";
import { runStage } from "../run/stage.ts";
import { encoderIdentity } from "../student/student-encoder.ts";
import { readTargetBank } from "../teacher/target-bank.ts";
import type { CachedTargets } from "./targets.ts";
import { readTestEmbeddings, type TestEmbeddings } from "./test-embeddings.ts";

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
    version: 2,
    inputs: {
      data: data.digest,
      targets: targets.key,
      student: encoderIdentity(student),
      transfer: { ...transfer, epochs: trial.budget.epochs },
      numImages: trial.budget.numImages,
      measuredOn,
      seed,
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

/** What a student is measured by; the first one decides. */
export const TRIAL_FIGURES: readonly Figure[] = [
  {
    ...FIGURES_OF_VERSION_1[0],
    summary: "share",
    ofItems: ({ decisions }, { set }) =>
      decisions
        ? Float32Array.from(decisions, (decision, item) => Number(decision === set.labels[item]))
        : null,
  },
  {
    ...FIGURES_OF_VERSION_1[1],
    summary: "one-minus-mean",
    ofItems: ({ embedding }, { set, sent }) =>
      embedding && sent ? relativeErrors(embedding, sent, sent.length / set.count) : null,
  },
];

/** Job: see {@link runTrial}. */
export async function trialJob(payload: TrialPayload, context: JobContext): Promise<void> {
  const { experiment, folder, targetsFolder, testFolder, trial } = payload;
  const { numViews } = experiment.targets;
  const setting = await openJobSetting(payload, context);
  const targets = await readTargetBank(targetsFolder, numViews);
  await runTrial({
    ...setting,
    ...trial,
    targets,
    reference: testFolder === null ? null : await readTestEmbeddings(testFolder),
    shape: problemShape(setting.data, targets.embedDim),
    transfer: experiment.distill.transfer,
    numViews,
    figures: TRIAL_FIGURES,
    sizes: { numClasses: setting.data.classNames.length },
    folder,
  });
}
