// SPDX-License-Identifier: Apache-2.0
import type { Dataset } from "../data/dataset.ts";
import type { Experiment } from "../experiment.ts";
import type { JobContext } from "./job-table.ts";
import { jobPayload, type JobPayload, openJobSetting } from "./job-setting.ts";
import type { OpenRun } from "./open-run.ts";
import { runStage } from "../run/stage.ts";
import type { ProvidedTeacher } from "./teacher.ts";
import { computeStatistics, computeTargets, type TargetsOptions } from "../teacher/node/compute-targets.ts";
import { openTeacher } from "../teacher/node/open-teacher.ts";
import { readTargetBank } from "../teacher/node/target-files.ts";

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

async function targetsOptions(payload: TargetsPayload, context: JobContext): Promise<TargetsOptions> {
  const { data, runtime, report, signal } = await openJobSetting(payload, context);
  const { folder, teacherFolder } = payload;
  return { data, openTeacher: () => openTeacher(teacherFolder, runtime), folder, report, signal };
}

/** Job: see {@link computeStatistics}. */
export async function targetStatisticsJob(payload: TargetsPayload, context: JobContext): Promise<void> {
  await computeStatistics(await targetsOptions(payload, context));
}

/** Job: see {@link computeTargets}. */
export async function targetsJob(payload: TargetsPayload, context: JobContext): Promise<void> {
  const { numViews } = payload.experiment.targets;
  await computeTargets({
    ...(await targetsOptions(payload, context)),
    part: payload.part,
    numViews,
    numParts: NUM_PARTS,
  });
}
