// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, fork } from "node:child_process";
import { SemlinkError } from "@semlink/engine";
import type { Reporter } from "./progress.ts";
import type { ChildMessage, JobOutcome, ParentMessage } from "./job-messages.ts";
import { restoreError } from "./transferred-error.ts";

const STDERR = 2;

/** One job and how its child process is looked after. */
export interface ChildJobOptions {
  /** Program of the child; it calls `serveJobs`. */
  readonly worker: URL;
  readonly job: string;
  readonly payload: unknown;
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
 * @throws SemlinkError "job-died" when the process ended without a word
 */
export async function runInChild(options: ChildJobOptions): Promise<unknown> {
  const { worker, job, payload, report, signal, graceS } = options;
  const child = fork(worker, {
    serialization: "advanced", // structured clone: typed arrays stay what they are
    stdio: ["ignore", STDERR, STDERR, "ipc"], // stdout belongs to the parent's own output
    execArgv: process.execArgv.filter((flag) => !flag.startsWith("--inspect")), // its port is taken
  });
  const ending = endOf(child, options);
  let killer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    tell(child, { kind: "stop" });
    killer = setTimeout(() => child.kill("SIGKILL"), graceS * 1000);
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    tell(child, { kind: "start", job, payload });
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

/** How a child process ended. */
interface Ending {
  /** Its last word, if it had one. */
  readonly outcome: JobOutcome | undefined;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Resolves when the child has ended and everything it said has been heard. */
function endOf(child: ChildProcess, { report, onPeakMiB }: ChildJobOptions): Promise<Ending> {
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
      if (child.pid === undefined) reject(error); // it could not be started
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
