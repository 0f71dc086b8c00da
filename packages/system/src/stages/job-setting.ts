// SPDX-License-Identifier: Apache-2.0
import type { Runtime } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import type { Dataset } from "../data/dataset.ts";
import { prepareData } from "../data/node/prepare-data.ts";
import type { Experiment } from "../experiment.ts";
import type { JobContext } from "../run/serve-jobs.ts";
import type { OpenRun } from "./open-run.ts";

/** What every job of an experiment is given. */
export interface JobPayload {
  readonly experiment: Experiment;
  /** Folder that the job fills. */
  readonly folder: string;
  readonly cacheFolder: string | undefined;
  readonly detectAnomaly: boolean;
}

/** What every job works with. */
export interface JobSetting extends Omit<JobContext, "cores"> {
  readonly data: Dataset;
  readonly runtime: Runtime;
  readonly seed: number;
  readonly detectAnomaly: boolean;
}

/** The part of a payload that every job has. */
export function jobPayload(
  experiment: Experiment,
  { cacheFolder, detectAnomaly }: OpenRun,
  folder: string,
): JobPayload {
  return { experiment, folder, cacheFolder, detectAnomaly };
}

// One thread inside operators, whatever the machine: threads change the order of sums and so the bits, and they gain
// less than a second job beside this one.
const INTRA_OP_THREADS = 1;

/** Loads, inside a job, the data (from the decoded cache) and the runtime. */
export async function openJobSetting(
  payload: JobPayload,
  { report, signal }: Omit<JobContext, "cores">,
): Promise<JobSetting> {
  const { experiment, cacheFolder, detectAnomaly } = payload;
  const data = await prepareData(experiment.data, { signal, cacheFolder });
  const runtime = await nodeRuntime({ intraOpThreads: INTRA_OP_THREADS });
  return { data, runtime, seed: experiment.seed, detectAnomaly, report, signal };
}
