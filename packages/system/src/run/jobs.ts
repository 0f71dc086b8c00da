// SPDX-License-Identifier: Apache-2.0
import { availableParallelism } from "node:os";
import { runInChild } from "./child-job.ts";
import { Cores, type CoreShare } from "./cores.ts";
import type { Reporter } from "./progress.ts";

/** A job to do. */
export interface JobRequest {
  /** Its name in the table that the worker serves. */
  readonly job: string;
  /** Crosses to the child by structured clone: data and typed arrays, no functions. */
  readonly payload: unknown;
  /** How many cores it can use; one unless said otherwise. */
  readonly maxCores?: number;
}

/** Does CPU-bound work in child processes; the parent stays free for signals and progress. */
export interface JobRunner {
  /**
   * Does all jobs, some at once, each in a process of its own, and gives their results in the same order. When one
   * fails, the others are asked to save and end. Settles when every process has ended.
   *
   * @throws the first failure; the abort reason of the run when it was stopped
   * @throws SemlinkError "job-died" when a process ended without a word, as under memory shortage
   */
  run(jobs: readonly JobRequest[]): Promise<unknown[]>;
  /** Asks the jobs that still run to save and end, and waits until they have; for the end of a run that failed. */
  close(): Promise<void>;
  /** Most memory that the child processes living at the same time can have had resident together [MiB]. */
  peakMiB(): number;
}

/** How jobs are run. */
export interface JobRunnerOptions {
  readonly report: Reporter;
  /** Fires when all jobs are to save their state and end. */
  readonly signal: AbortSignal;
  /** Program of the child processes; serves a table of jobs. */
  readonly worker: URL;
  /** Cores that the jobs share, so also the most jobs at once; by default all that this process may use. */
  readonly cores?: number | undefined;
  /** Time that a job has to save its state before its process is killed [s]; 20 by default. */
  readonly graceS?: number | undefined;
}

/** A {@link JobRunner} for the jobs that `worker` serves. */
export function createJobRunner(options: JobRunnerOptions): JobRunner {
  const { worker, graceS = 20 } = options;
  const report = dropped(options.report);
  const cores = new Cores(options.cores ?? availableParallelism());
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  const memory = new Map<symbol, number>(); // of each living child
  let peakMiB = 0;

  const runOne = async (
    { job, payload }: JobRequest,
    share: CoreShare,
    signal: AbortSignal,
  ): Promise<unknown> => {
    signal.throwIfAborted();
    const child = Symbol(job);
    const onPeakMiB = (ofChild: number): void => {
      memory.set(child, ofChild);
      const together = [...memory.values()].reduce((sum, value) => sum + value);
      peakMiB = Math.max(peakMiB, together);
    };
    try {
      return await runInChild({ worker, job, payload, cores: share, report, signal, graceS, onPeakMiB });
    } finally {
      memory.delete(child);
    }
  };

  const runAll = async (jobs: readonly JobRequest[]): Promise<unknown[]> => {
    const group = new AbortController();
    const outer = AbortSignal.any([options.signal, closing.signal]);
    const signal = AbortSignal.any([outer, group.signal]);
    const failures: Error[] = [];
    const runOrFail = async (job: JobRequest, share: CoreShare): Promise<unknown> => {
      try {
        return await runOne(job, share, signal);
      } catch (error) {
        if (error !== outer.reason) failures.push(error as Error);
        group.abort(error); // before the cores are free, so that no other job starts
        return undefined;
      }
    };
    const results = await Promise.all(
      jobs.map((job) => cores.use(job.maxCores ?? 1, (share) => runOrFail(job, share))),
    );
    const [first] = failures; // those after it were stopped because of it
    if (first) throw first;
    outer.throwIfAborted();
    return results;
  };

  return {
    async run(jobs) {
      const results = runAll(jobs);
      running.add(results);
      try {
        return await results;
      } finally {
        running.delete(results);
      }
    },
    async close() {
      closing.abort();
      await Promise.allSettled(running);
    },
    peakMiB: () => peakMiB,
  };
}

/** A reporter whose failures are dropped: a report that cannot be delivered stops no work. */
export function dropped(report: Reporter): Reporter {
  return (event) => {
    try {
      report(event);
    } catch {
      // The terminal is gone or the disk that it writes to is full; what is computed is still wanted.
    }
  };
}
