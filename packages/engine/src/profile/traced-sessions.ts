// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SemlinkError } from "../errors.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { TracedRun } from "./runtime-trace.ts";
import { readRuntimeTrace } from "./runtime-trace.ts";

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
