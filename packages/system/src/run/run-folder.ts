// SPDX-License-Identifier: Apache-2.0
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describeError, SemlinkError } from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import { contentHash } from "../store/canonical-json.ts";
import { acquireRunLock } from "../store/lock.ts";
import { RUN_NAME, RUN_NAME_RULE } from "./run-name.ts";
import { type SoftwareVersions, softwareVersions } from "./versions.ts";

/** What a run is; everything in its folder follows from it. */
export interface RunDescription {
  /** Name of the folder: letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  readonly seed: number;
  /** The resolved configuration. */
  readonly experiment: unknown;
  /** The command line that asked for the run. */
  readonly command: string;
}

/** Content of `resolved.json`, written whenever a run is opened. */
export interface ResolvedRun extends RunDescription {
  readonly schema: "semlink-run/1";
  /** sha256 (hex) of the experiment's canonical JSON. */
  readonly configHash: string;
  /** ISO 8601; of this session, not of the first. */
  readonly startedAt: string;
  readonly versions: SoftwareVersions;
}

/** A run folder that this process holds. */
export interface RunFolder {
  /** Path of the folder. */
  readonly folder: string;
  readonly resolved: ResolvedRun;
  /** Gives the folder free. */
  close(): Promise<void>;
}

/**
 * Opens `<runsFolder>/<name>` for writing, making it if need be: takes its lock, then writes `resolved.json`.
 * Finished stages in it stay: they are found by their content, not by the name of the run.
 *
 * @throws SemlinkError "run-locked" when another process is writing the run
 * @throws SemlinkError "invalid-argument" when the name is no name of a folder
 * @throws SemlinkError "disk-full" or "write-failed" when the folder cannot be written
 */
export async function openRunFolder(runsFolder: string, description: RunDescription): Promise<RunFolder> {
  checkName(description.name);
  const folder = join(runsFolder, description.name);
  await makeFolder(folder);
  const lock = await acquireRunLock(folder);
  try {
    const resolved: ResolvedRun = {
      schema: "semlink-run/1",
      ...description,
      configHash: contentHash(description.experiment),
      startedAt: new Date().toISOString(),
      versions: await softwareVersions(),
    };
    await writeFileAtomic(join(folder, "resolved.json"), `${JSON.stringify(resolved, null, 2)}\n`);
    return { folder, resolved, close: () => lock.release() };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Makes a folder and those above it. @throws SemlinkError "write-failed" */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    const { message } = describeError(cause);
    const expected = "to make the folder";
    const hint = "check its permissions, or choose another folder for the run";
    throw new SemlinkError({ code: "write-failed", where: folder, expected, actual: message, hint, cause });
  }
}

function checkName(name: string): void {
  if (RUN_NAME.test(name)) return;
  throw new SemlinkError({
    code: "invalid-argument",
    where: "name of the run",
    expected: RUN_NAME_RULE,
    actual: JSON.stringify(name),
  });
}
