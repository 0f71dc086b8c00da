// SPDX-License-Identifier: Apache-2.0
import type { Dataset } from "../data/dataset.ts";
import type { Experiment } from "../experiment.ts";
import type { JobContext } from "../run/serve-jobs.ts";
import { jobPayload, type JobPayload, openJobSetting } from "./job-setting.ts";
import type { OpenRun } from "./open-run.ts";
import { runStage } from "./old-stage.ts";
import type { ProvidedTeacher } from "./teacher.ts";
import { computeStatistics, computeTargets } from "../teacher/compute-targets.ts";
import { readTargetBank } from "../teacher/target-bank.ts";

/** A target bank on disk. */
export interface CachedTargets {
  readonly folder: string;
  readonly key: string;
  readonly embedDim: number;
}

// Views are spread over this many processes, whatever the machine: which process computes a view changes no bit.
const NUM_PARTS = 2;

/** Runs the teacher over the view bank, once for all stages and runs of the same content. */
export async function cacheTargets(
  experiment: Experiment,
  run: OpenRun,
  data: Dataset,
  teacher: ProvidedTeacher,
): Promise<CachedTargets> {
  const { numViews } = experiment.targets;
  const stage = await runStage(run, {
    name: "targets",
    version: 1,
    inputs: { data: data.digest, teacher: teacher.key, numViews },
    async produce(folder) {
      const payload = (part: number): TargetsPayload => ({
        ...jobPayload(experiment, run, folder),
        teacherFolder: teacher.folder,
        part,
      });
      await run.jobs.run([{ job: "target-statistics", payload: payload(0) }]);
      await run.jobs.run(
        Array.from({ length: NUM_PARTS }, (_, part) => ({
          job: "targets" as const,
          payload: payload(part),
        })),
      );
    },
    read: async (folder) => (await readTargetBank(folder, numViews)).embedDim,
  });
  return { folder: stage.folder, key: stage.key, embedDim: stage.value };
}

/** Payload of the jobs of this stage. */
export interface TargetsPayload extends JobPayload {
  readonly teacherFolder: string;
  readonly part: number;
}

/** Job: see {@link computeStatistics}. */
export async function targetStatisticsJob(payload: TargetsPayload, context: JobContext): Promise<void> {
  await computeStatistics({ ...(await openJobSetting(payload, context)), ...payload });
}

/** Job: see {@link computeTargets}. */
export async function targetsJob(payload: TargetsPayload, context: JobContext): Promise<void> {
  const { numViews } = payload.experiment.targets;
  await computeTargets({
    ...(await openJobSetting(payload, context)),
    ...payload,
    numViews,
    numParts: NUM_PARTS,
  });
}
