// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SemlinkError } from "../errors.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** One execution of an operator's kernel. */
export interface KernelEvent {
  /** Name of the node in the model, as ONNX Runtime has changed it. */
  readonly name: string;
  readonly operator: string;
  readonly us: number;
}

/** One run of a session. */
export interface TracedRun {
  /** Time of the whole run, as the session measures it [µs]. */
  readonly us: number;
  readonly kernels: readonly KernelEvent[];
}

/** A record of the trace-event format, as far as ONNX Runtime writes it. */
interface TraceEvent {
  readonly cat: string;
  readonly name: string;
  /** Start and duration [µs]. */
  readonly ts: number;
  readonly dur: number;
  readonly args: Readonly<Record<string, unknown>>;
}

const KERNEL = "_kernel_time";

/**
 * Reads the profile that a session of ONNX Runtime leaves, run by run.
 *
 * @param where - name of the file, for messages
 * @throws SemlinkError `corrupt-file` when the text is something else
 * @source ONNX Runtime 1.30, `core/common/profiler.cc`
 */
export function readRuntimeTrace(text: string, where: string): TracedRun[] {
  const events = parseEvents(text, where);
  const runs = events
    .filter(({ name }) => name === "model_run")
    .map(({ ts, dur }) => ({ from: ts, us: dur, kernels: [] as KernelEvent[] }));
  for (const { cat, name, ts, dur, args } of events) {
    if (cat !== "Node" || !name.endsWith(KERNEL)) continue;
    const run = runs.find(({ from, us }) => ts >= from && ts <= from + us);
    run?.kernels.push({ name: name.slice(0, -KERNEL.length), operator: String(args["op_name"]), us: dur });
  }
  return runs.map(({ us, kernels }) => ({ us, kernels }));
}

function parseEvents(text: string, where: string): readonly TraceEvent[] {
  let events: unknown;
  try {
    events = JSON.parse(text);
  } catch (cause) {
    throw corrupt(where, cause);
  }
  if (!Array.isArray(events)) throw corrupt(where);
  return events as readonly TraceEvent[];
}

function corrupt(where: string, cause?: unknown): SemlinkError {
  return new SemlinkError({
    code: "corrupt-file",
    where,
    expected: "a profile of ONNX Runtime",
    actual: "other text, or a file cut off",
    hint: "the disk of the temporary folder may be full",
    cause,
  });
}

/** A model and what its session did. */
export interface SessionTrace {
  readonly model: Uint8Array;
  readonly runs: readonly TracedRun[];
}

/**
 * Does some work on a runtime whose sessions all write profiles, and reads these.
 *
 * @param work - releases every session that it opens: the profile is complete then
 * @returns one trace for each session, in the order of their creation
 * @throws SemlinkError `no-profile` when a session left none, `corrupt-file`
 */
export async function traceSessions(
  runtime: Runtime,
  work: (traced: Runtime) => Promise<void>,
): Promise<SessionTrace[]> {
  const folder = await mkdtemp(join(tmpdir(), "semlink-profile-"));
  const models: Uint8Array[] = [];
  try {
    await work({
      ...runtime,
      createSession: (model, options) => {
        const prefix = `session-${models.push(model) - 1}-`;
        return runtime.createSession(model, { ...options, profilePrefix: join(folder, prefix) });
      },
    });
    const files = await readdir(folder);
    const traces = models.map(async (model, index): Promise<SessionTrace> => {
      const file = files.find((name) => name.startsWith(`session-${index}-`));
      if (file === undefined) throw noProfile(runtime);
      return { model, runs: readRuntimeTrace(await readFile(join(folder, file), "utf8"), file) };
    });
    return await Promise.all(traces);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function noProfile({ name, executionProvider }: Runtime): SemlinkError {
  return new SemlinkError({
    code: "no-profile",
    where: `${name}, ${executionProvider}`,
    expected: "a profile of each session",
    actual: "none",
    hint: "profiles are written by ONNX Runtime in Node, when a session is released",
  });
}
