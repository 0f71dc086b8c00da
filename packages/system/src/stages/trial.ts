// SPDX-License-Identifier: Apache-2.0
import { describeError } from "@semlink/engine";
import type { Ref } from "../run/inputs.ts";
import { defineStage, type Stage } from "../run/stage.ts";
import { readTrial, runTrial } from "../search/node/run-trial.ts";
import type { TrialOutcome, TrialRequest, TrialRunner } from "../search/select/successive-halving.ts";
import { taskNamed } from "../task/tasks.ts";
import { readTargetBank } from "../teacher/node/target-files.ts";
import type { TransferConfig } from "../train/distill-config.ts";
import type { OpenRun } from "./open-run.ts";
import {
  type DataRef,
  openData,
  openRuntime,
  type RuntimeConfig,
  type Settings,
  trainingPlace,
} from "./place.ts";
import { inputStudent, primitivesOf } from "./resolve-student.ts";
import type { BankRef } from "./targets.ts";
import { readTestEmbeddings } from "./test-embeddings.ts";

/** What the trials of a study have in common. */
export interface TrialSetting {
  readonly data: DataRef;
  readonly task: string;
  /** The teacher's outputs; null where the recipe learns from the truth alone. */
  readonly targets: BankRef | null;
  readonly numViews: number;
  readonly embedDim: number;
  /** The recipe; its epochs are those of a budget. */
  readonly transfer: TransferConfig;
  readonly runtime: RuntimeConfig;
}

/** All that a trial depends on. */
export interface TrialInputs extends TrialSetting {
  readonly trial: TrialRequest;
  /** The teacher's embeddings of the test images; null for trials on the validation split. */
  readonly testEmbeddings: Ref | null;
}

/** One stage-1 run of one architecture, and its figures. One that has run is read, in whatever pool it appears. */
export const trialStage: Stage<TrialInputs, TrialOutcome, Settings> = defineStage({
  name: "trial",
  version: 3,
  maxCores: ({ transfer }) => transfer.shards,
  async produce(inputs, at) {
    const { trial, targets, testEmbeddings, numViews, embedDim, transfer } = inputs;
    const data = await openData(inputs.data, at);
    const options = {
      ...trial,
      task: taskNamed(inputs.task),
      data,
      targets: targets && (await readTargetBank(at.folderOf(targets.bank), targets.numViews)),
      reference: testEmbeddings && (await readTestEmbeddings(at.folderOf(testEmbeddings))),
      embedDim,
      primitives: primitivesOf(trial.student, at),
      transfer,
      numViews,
    };
    const place = trainingPlace(at, await openRuntime(inputs.runtime), () => at.folder);
    // Many run side by side: the study reports those that end.
    await runTrial(options, at.folder, { ...place, report: () => undefined });
  },
  read: readTrial,
});

/**
 * Runs each trial as a stage of its own. One that fails leaves the others alone and is tried again in the next session; a
 * stopped run stops all.
 *
 * @param testEmbeddings - artifact of the teacher's embeddings of the test images
 */
export function stagedTrials(
  setting: TrialSetting,
  testEmbeddings: Ref,
  run: Pick<OpenRun, "stage" | "noteModule" | "signal">,
): TrialRunner {
  return async (request) => {
    const started = performance.now();
    try {
      const trial = { ...request, student: inputStudent(request.student, run) };
      const reference = request.measuredOn === "test" ? testEmbeddings : null;
      const inputs = { ...setting, trial, testEmbeddings: reference };
      return (await run.stage(trialStage, inputs, { quiet: true })).value;
    } catch (error) {
      run.signal.throwIfAborted();
      const durationS = (performance.now() - started) / 1000;
      return { failure: describeError(error).message, durationS };
    }
  };
}
