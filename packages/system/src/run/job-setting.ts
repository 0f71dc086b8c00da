// SPDX-License-Identifier: Apache-2.0
import type { Runtime } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { availableParallelism } from "node:os";
import type { Dataset } from "../data/dataset.ts";
import { prepareData } from "../data/prepare-data.ts";
import type { Experiment } from "../experiment.ts";
import type { JobContext } from "./job-table.ts";
import type { OpenRun } from "./open-run.ts";

/** What every job of an experiment is given. */
export interface JobPayload {
  readonly experiment: Experiment;
  /** Folder that the job fills. */
  readonly folder: string;
  readonly cacheFolder: string | undefined;
  /** Threads inside one operator. */
  readonly threads: number;
}

/** What every job works with. */
export interface JobSetting extends JobContext {
  readonly data: Dataset;
  readonly runtime: Runtime;
  readonly seed: number;
}

/** The part of a payload that all jobs of a stage share, when `numJobs` of them run side by side. */
export function jobPayload(
  experiment: Experiment,
  run: OpenRun,
  folder: string,
  numJobs: number,
): JobPayload {
  const threads = Math.max(1, Math.floor(availableParallelism() / numJobs));
  return { experiment, folder, cacheFolder: run.cacheFolder, threads };
}

/** Loads, inside a job, the data (from the decoded cache) and the runtime. */
export async function openJobSetting(
  payload: JobPayload,
  { report, signal }: JobContext,
): Promise<JobSetting> {
  const { experiment, cacheFolder, threads } = payload;
  const data = await prepareData(experiment.data, { signal, cacheFolder });
  const runtime = await nodeRuntime({ intraOpThreads: threads });
  return { data, runtime, seed: experiment.seed, report, signal };
}
