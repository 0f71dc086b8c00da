// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import type { ChildMessage, JobOutcome, ParentMessage } from "./job-messages.ts";
import type { Job, JobContext, JobTable } from "../stages/job-table.ts";
import { peakResidentMiB } from "./process-memory.ts";
import { transferError } from "./transferred-error.ts";

/**
 * The life of a child process: does the one job that the parent names, tells how it ended, and exits.
 *
 * A terminal sends Ctrl-C to the whole group of processes; the child ignores it and waits for the parent's word.
 * When the parent is gone the child ends at once: another process may take over the folder that it writes.
 */
export function serveJobs(table: JobTable): void {
  const stopping = new AbortController();
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => undefined);
  process.on("disconnect", endAtOnce);
  process.on("message", (message: ParentMessage) => {
    if (message.kind === "stop") stopping.abort();
    else void serve(table, message.job, message.payload, stopping.signal);
  });
}

/** Exit handlers of native modules might wait or write; a kill runs none. */
function endAtOnce(): void {
  process.kill(process.pid, "SIGKILL");
}

async function serve(table: JobTable, name: string, payload: unknown, signal: AbortSignal): Promise<void> {
  const report: JobContext["report"] = (event) => send({ kind: "progress", event });
  const outcome = await outcomeOf(table, name, payload, { report, signal });
  const exit = (): never => process.exit(0);
  try {
    send(outcome, exit);
  } catch (error) {
    send({ kind: "failed", error: transferError(error) }, exit); // the result holds a function or the like
  }
}

async function outcomeOf(
  table: JobTable,
  name: string,
  payload: unknown,
  context: JobContext,
): Promise<JobOutcome> {
  try {
    return { kind: "done", result: await jobNamed(table, name)(payload as never, context) };
  } catch (error) {
    const { signal } = context;
    return signal.aborted && (error === signal.reason || isAbortError(error))
      ? { kind: "stopped" }
      : { kind: "failed", error: transferError(error) };
  }
}

function jobNamed(table: JobTable, name: string): Job {
  const job = Object.hasOwn(table, name) ? table[name] : undefined;
  if (job) return job;
  throw new SemlinkError({
    code: "unknown-job",
    where: "job table",
    expected: Object.keys(table).join(" or "),
    actual: JSON.stringify(name),
  });
}

/** Node's own functions reject with such an error when their signal fires. */
function isAbortError(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** A message that finds no parent any more is dropped: the child is about to end. */
function send(news: ChildMessage["news"], onSent: () => void = () => undefined): void {
  const message: ChildMessage = { news, peakMiB: peakResidentMiB() };
  process.send!(message, undefined, undefined, onSent);
}
