// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import type { ChildMessage, JobOutcome, ParentMessage } from "./child-job.ts";
import { type CoreShare, SettableShare } from "./cores.ts";
import type { Ref } from "./inputs.ts";
import { peakResidentMiB } from "./process-memory.ts";
import type { Reporter } from "./progress.ts";
import type { AnyStage } from "./stage.ts";
import { transferError } from "./transferred-error.ts";

/** What a job gets beside its payload. */
export interface JobContext {
  /** Reaches the reporter of the parent process. */
  readonly report: Reporter;
  /** Fires when the job is to save its state and reject with the signal's reason. */
  readonly signal: AbortSignal;
  readonly cores: CoreShare;
}

/** Work done in a child process. Payload and result cross by structured clone: data and typed arrays, no functions. */
export type Job = (payload: never, context: JobContext) => Promise<unknown>;

/** Jobs by name. */
export type JobTable = Readonly<Record<string, Job>>;

/**
 * The life of a child process: does the one job that the parent names, tells how it ended, and exits.
 *
 * A terminal sends Ctrl-C to the whole group of processes; the child ignores it and waits for the parent's word.
 * When the parent is gone the child ends at once: another process may take over the folder that it writes.
 */
export function serveJobs(table: JobTable): void {
  const stopping = new AbortController();
  const cores = new SettableShare(1);
  // Lines of libraries on a terminal that is gone, or on a full disk, are no reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => undefined);
  process.on("disconnect", endAtOnce);
  process.on("message", (message: ParentMessage) => {
    if (message.kind === "stop") stopping.abort();
    else cores.set(message.kind === "cores" ? message.count : message.cores);
    if (message.kind === "start") void serve(table, message, { signal: stopping.signal, cores });
  });
}

/** Exit handlers of native modules might wait or write; a kill runs none. */
function endAtOnce(): void {
  process.kill(process.pid, "SIGKILL");
}

async function serve(
  table: JobTable,
  { job, payload }: { readonly job: string; readonly payload: unknown },
  context: Omit<JobContext, "report">,
): Promise<void> {
  const report: Reporter = (event) => send({ kind: "progress", event });
  const outcome = await outcomeOf(table, job, payload, { ...context, report });
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

/** Stages by their names, each imported when it is needed, so that a child loads only what it runs. */
export type StageTable = Readonly<Record<string, () => Promise<AnyStage>>>;

/** What the parent sends a child that makes a stage, or a part of one. */
export interface StagePayload {
  readonly inputs: object;
  readonly folder: string;
  readonly part: string | undefined;
  /** Folders of the artifacts among the inputs, by their keys. */
  readonly folders: Readonly<Record<string, string>>;
  readonly settings: object;
}

/**
 * The life of a child process: makes the stage that the parent names, tells how it ended, and exits. The program of
 * the child processes of a run is one call of it.
 */
export function serveStages(table: StageTable): void {
  serveJobs(Object.fromEntries(Object.entries(table).map(([name, load]) => [name, stageJob(load)])));
}

function stageJob(load: () => Promise<AnyStage>): Job {
  return async (payload: StagePayload, { report, signal, cores }) => {
    const { inputs, folder, part, folders, settings } = payload;
    const folderOf = (ref: Ref): string => folderIn(folders, ref);
    const stage = await load();
    const workplace = { folder, part, folderOf, cores, settings: settings as never, report, signal };
    await stage.produce(inputs as never, workplace);
  };
}

/**
 * The folder of an artifact.
 *
 * @param folders - by key
 * @throws SemlinkError "unknown-artifact" when it is not among them
 */
export function folderIn(folders: Readonly<Record<string, string>>, { artifact }: Ref): string {
  const folder = Object.hasOwn(folders, artifact) ? folders[artifact] : undefined;
  if (folder !== undefined) return folder;
  throw new SemlinkError({
    code: "unknown-artifact",
    where: "reference to an artifact",
    expected: "one that this run has made or was given",
    actual: artifact,
    hint: "run its stage before it is named; a stage sees only the artifacts among its inputs",
  });
}
