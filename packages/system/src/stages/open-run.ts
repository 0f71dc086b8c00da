// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import type { Experiment } from "../experiment.ts";
import type { Reporter } from "../run/progress.ts";
import { createJobRunner } from "../run/jobs.ts";
import type { RunContext, TypedJobs } from "./old-stage.ts";
import { openRunFolder, type ResolvedRun } from "../run/run-folder.ts";

/** A run that this process holds, ready for its stages. */
export interface OpenRun extends RunContext {
  readonly resolved: ResolvedRun;
  /** Time since the run was opened [s]. */
  readonly elapsedS: () => number;
  /** Where data are downloaded and decoded to; the user's cache folder when undefined. */
  readonly cacheFolder: string | undefined;
  /** Whether training looks for values that are not finite, and for the operator that makes the first. */
  readonly detectAnomaly: boolean;
  /** Stops what still runs, then gives the folder free. */
  close(): Promise<void>;
}

export interface OpenRunOptions {
  readonly experiment: Experiment;
  /** The command line that asked for the run. */
  readonly command: string;
  readonly report: Reporter;
  readonly signal: AbortSignal;
  /** Folder of all runs, `runs` in the working directory unless said otherwise. */
  readonly runsFolder?: string | undefined;
  readonly cacheFolder?: string | undefined;
  /** False unless said otherwise. */
  readonly detectAnomaly?: boolean;
}

/** Opens the folder of a run and what its stages share. @throws SemlinkError as {@link openRunFolder} does */
export async function openRun(options: OpenRunOptions): Promise<OpenRun> {
  const {
    experiment,
    command,
    report,
    signal,
    runsFolder = join(process.cwd(), "runs"),
    cacheFolder,
    detectAnomaly = false,
  } = options;
  const { name, seed } = experiment;
  const run = await openRunFolder(runsFolder, { name, seed, experiment, command });
  const jobs = createJobRunner({ report, signal, worker: compiledWorker() }) as TypedJobs;
  const close = async (): Promise<void> => {
    await jobs.close(); // no child writes after the folder is free
    await run.close();
  };
  const { folder, resolved, elapsedS } = run;
  return {
    folder,
    resolved,
    elapsedS,
    seed,
    report,
    signal,
    jobs,
    timings: [],
    cacheFolder,
    detectAnomaly,
    close,
  };
}

/** The worker beside this file; tests run the sources, and the worker of the last build. */
function compiledWorker(): URL {
  const isSource = import.meta.url.endsWith(".ts");
  return new URL(isSource ? "../../dist/stages/worker.js" : "./worker.js", import.meta.url);
}
