// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, fork } from "node:child_process";
import { describeError, SemlinkError } from "@semlink/engine";
import type { CoreShare } from "./cores.ts";
import type { ProgressEvent, Reporter } from "./progress.ts";
import { restoreError, type TransferredError } from "./transferred-error.ts";

const STDERR = 2;

/** What a parent process tells its child: the job, then how many cores it has, and that it is to save and end. */
export type ParentMessage =
  | { readonly kind: "start"; readonly job: string; readonly payload: unknown; readonly cores: number }
  | { readonly kind: "cores"; readonly count: number }
  | { readonly kind: "stop" };

/** How a job ended; `stopped`: it was asked to, and has saved its state. */
export type JobOutcome =
  | { readonly kind: "done"; readonly result: unknown }
  | { readonly kind: "failed"; readonly error: TransferredError }
  | { readonly kind: "stopped" };

/** What a child process tells its parent: progress, and last of all the outcome. */
export interface ChildMessage {
  readonly news: JobOutcome | { readonly kind: "progress"; readonly event: ProgressEvent };
  /** Most memory that the child has had resident so far [MiB]. */
  readonly peakMiB: number;
}

/** One job and how its child process is looked after. */
export interface ChildJobOptions {
  /** Program of the child; it calls `serveJobs`. */
  readonly worker: URL;
  readonly job: string;
  readonly payload: unknown;
  /** The cores that it has; the child is told when their number changes. */
  readonly cores: CoreShare;
  readonly report: Reporter;
  /** Fires when the child is to save its state and end. */
  readonly signal: AbortSignal;
  /** Time for that before the child is killed [s]. */
  readonly graceS: number;
  /** Gets the most memory that the child has had resident so far [MiB]. */
  readonly onPeakMiB: (peakMiB: number) => void;
}

/**
 * Does a job in a child process of its own. The promise settles when the process has ended, not before.
 *
 * @throws what the job threw, with its code and fields; the signal's reason when the job was stopped
 * @throws SemlinkError "job-died" when the process ended without a word, "job-not-started" when there is none
 */
export async function runInChild(options: ChildJobOptions): Promise<unknown> {
  const { job, payload, cores, report, signal, graceS } = options;
  const child = startChild(options);
  const ending = endOf(child, options);
  let killer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    tell(child, { kind: "stop" });
    killer = setTimeout(() => child.kill("SIGKILL"), graceS * 1000);
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    tell(child, { kind: "start", job, payload, cores: cores.count });
    cores.onChange((count) => tell(child, { kind: "cores", count }));
  } catch (error) {
    child.kill("SIGKILL");
    throw error; // the payload holds something that cannot cross, such as a function
  } finally {
    await ending;
    signal.removeEventListener("abort", stop);
    clearTimeout(killer);
  }
  const end = await ending;
  const { outcome } = end;
  if (outcome?.kind === "done") return outcome.result;
  if (outcome?.kind === "failed") throw restoreError(outcome.error);
  if (outcome === undefined && signal.aborted) {
    const message = `its process ${deathOf(end)} before it had saved; its last checkpoint counts`;
    report({ stage: job, done: 0, total: 1, message });
  }
  signal.throwIfAborted();
  throw jobDied(job, end);
}

function startChild({ worker, job }: ChildJobOptions): ChildProcess {
  try {
    return fork(worker, {
      serialization: "advanced", // structured clone: typed arrays stay what they are
      stdio: ["ignore", STDERR, STDERR, "ipc"], // stdout belongs to the parent's own output
      execArgv: process.execArgv.filter((flag) => !flag.startsWith("--inspect")), // its port is taken
    });
  } catch (error) {
    throw notStarted(job, error);
  }
}

/** How a child process ended. */
interface Ending {
  /** Its last word, if it had one. */
  readonly outcome: JobOutcome | undefined;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Resolves when the child has ended and everything it said has been heard. */
function endOf(child: ChildProcess, { job, report, onPeakMiB }: ChildJobOptions): Promise<Ending> {
  let outcome: JobOutcome | undefined;
  child.on("message", (message) => {
    const { news, peakMiB } = message as ChildMessage;
    onPeakMiB(peakMiB);
    if (news.kind === "progress") report(news.event);
    else outcome = news;
  });
  return new Promise((resolve, reject) => {
    child.once("close", (exitCode, signal) => resolve({ outcome, exitCode, signal }));
    child.on("error", (error) => {
      if (child.pid === undefined) reject(notStarted(job, error));
    });
  });
}

/** A child that has just ended hears nothing; that is no error. */
function tell(child: ChildProcess, message: ParentMessage): void {
  if (child.connected) child.send(message, () => undefined);
}

function deathOf({ exitCode, signal }: Ending): string {
  return signal === null ? `exited with code ${exitCode ?? "unknown"}` : `was ended by ${signal}`;
}

const HINTS: Readonly<Partial<Record<NodeJS.Signals, string>>> = {
  SIGKILL: "memory may have run out: close other programs or lower the batch size; the same command resumes",
  SIGABRT: "memory may have run out, see the lines above: lower the batch size; the same command resumes",
};

function jobDied(job: string, ending: Ending): SemlinkError {
  return new SemlinkError({
    code: "job-died",
    where: `job ${JSON.stringify(job)}`,
    expected: "its process to finish",
    actual: `one that ${deathOf(ending)}`,
    hint:
      HINTS[ending.signal ?? "SIGTERM"] ??
      "see the lines above; the same command resumes from the last checkpoint",
  });
}

const START_HINTS: Readonly<Record<string, string>> = {
  EMFILE: "too many files are open: raise the limit (ulimit -n); the same command resumes",
  ENFILE: "too many files are open on this machine: close other programs; the same command resumes",
  EAGAIN: "too many processes run: close other programs or raise the limit (ulimit -u)",
  ENOMEM: "memory has run out: close other programs; the same command resumes",
};

/** The error of a job whose process the system did not start. */
export function notStarted(job: string, cause: unknown): SemlinkError {
  const { code, message } = describeError(cause);
  return new SemlinkError({
    code: "job-not-started",
    where: `job ${JSON.stringify(job)}`,
    expected: "the system to start its process",
    actual: message,
    hint: START_HINTS[code] ?? "the same command resumes",
    cause,
  });
}
