// SPDX-License-Identifier: Apache-2.0
import { availableParallelism } from "node:os";
import type { Reporter } from "./progress.ts";
import { runInChild } from "./child-job.ts";
import type { JobResult, jobTable, JobTable, PayloadOf } from "../stages/job-table.ts";
import { Slots } from "./slots.ts";

/** A job to do. */
export interface JobRequest<Table extends JobTable, Name extends keyof Table> {
  readonly job: Name;
  readonly payload: PayloadOf<Table, Name>;
}

/** Does CPU-bound work in child processes; the parent stays free for signals and progress. */
export interface JobRunner<Table extends JobTable = typeof jobTable> {
  /**
   * Does all jobs, some at once, each in a process of its own, and gives their results in the same order. When one
   * fails, the others are asked to save and end. Settles when every process has ended.
   *
   * @throws the first failure; the abort reason of the run when it was stopped
   * @throws SemlinkError "job-died" when a process ended without a word, as under memory shortage
   */
  run<Name extends keyof Table & string>(
    jobs: readonly JobRequest<Table, Name>[],
  ): Promise<JobResult<Table, Name>[]>;
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
  /** Processes at once; by default one per core. */
  readonly concurrency?: number;
  /** Program of the child processes; serves the table of jobs. */
  readonly worker?: URL;
  /** Time that a job has to save its state before its process is killed [s]. */
  readonly graceS?: number;
}

/** A {@link JobRunner} for the jobs that `worker` serves: those of {@link jobTable} unless said otherwise. */
export function createJobRunner<Table extends JobTable = typeof jobTable>(
  options: JobRunnerOptions,
): JobRunner<Table> {
  const { report, concurrency = availableParallelism(), worker = compiledWorker(), graceS = 20 } = options;
  const slots = new Slots(concurrency);
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  const memory = new Map<symbol, number>(); // of each living child
  let peakMiB = 0;

  const runOne = async (job: string, payload: unknown, signal: AbortSignal): Promise<unknown> => {
    signal.throwIfAborted();
    const child = Symbol(job);
    const onPeakMiB = (ofChild: number): void => {
      memory.set(child, ofChild);
      const together = [...memory.values()].reduce((sum, value) => sum + value);
      peakMiB = Math.max(peakMiB, together);
    };
    try {
      return await runInChild({ worker, job, payload, report, signal, graceS, onPeakMiB });
    } finally {
      memory.delete(child);
    }
  };

  const runAll = async (jobs: readonly { job: string; payload: unknown }[]): Promise<unknown[]> => {
    const group = new AbortController();
    const outer = AbortSignal.any([options.signal, closing.signal]);
    const signal = AbortSignal.any([outer, group.signal]);
    const failures: Error[] = [];
    const runOrFail = async ({ job, payload }: (typeof jobs)[number]): Promise<unknown> => {
      try {
        return await runOne(job, payload, signal);
      } catch (error) {
        if (error !== outer.reason) failures.push(error as Error);
        group.abort(error); // before the slot is free, so that no other job starts
        return undefined;
      }
    };
    const results = await Promise.all(jobs.map((job) => slots.use(() => runOrFail(job))));
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
        return (await results) as never;
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

/** The worker beside this file; tests run the sources, and the worker of the last build. */
function compiledWorker(): URL {
  const isSource = import.meta.url.endsWith(".ts");
  return new URL(isSource ? "../../dist/stages/worker.js" : "../stages/worker.js", import.meta.url);
}
