// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { hostname } from "node:os";
import { SemlinkError } from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import { contentHash } from "../store/canonical-json.ts";
import { makeFolder, sweepDrafts } from "../store/folders.ts";
import { type Holder, holderText, type Lock, sweepLockDrafts, tryLock } from "../store/lock.ts";
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
  /** Time since the run was opened [s], whatever happens to the clock on the wall. */
  readonly elapsedS: () => number;
  /** Gives the folder free. */
  close(): Promise<void>;
}

const LOCK_NAME = "run.lock";

/**
 * Opens `<runsFolder>/<name>` for writing, making it if need be: takes its lock, sweeps what killed processes left of
 * writes, then writes `resolved.json`.
 *
 * @throws SemlinkError "run-locked" when another process is writing the run
 * @throws SemlinkError "invalid-argument" when the name is no name of a folder
 * @throws SemlinkError "disk-full", "write-failed" or "lock-unusable" when the folder cannot be written
 */
export async function openRunFolder(runsFolder: string, description: RunDescription): Promise<RunFolder> {
  checkName(description.name);
  const startedAt = new Date().toISOString();
  const startedAtMs = performance.now();
  const folder = join(runsFolder, description.name);
  await makeFolder(folder);
  const lock = await lockRun(folder);
  try {
    await sweepDrafts(folder);
    await sweepLockDrafts(folder);
    const resolved: ResolvedRun = {
      schema: "semlink-run/1",
      ...description,
      configHash: contentHash(description.experiment),
      startedAt,
      versions: await softwareVersions(),
    };
    await writeFileAtomic(join(folder, "resolved.json"), `${JSON.stringify(resolved, null, 2)}\n`);
    return {
      folder,
      resolved,
      elapsedS: () => (performance.now() - startedAtMs) / 1000,
      close: () => lock.release(),
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Takes the lock of a run folder. @throws SemlinkError "run-locked" */
async function lockRun(folder: string): Promise<Lock> {
  const path = join(folder, LOCK_NAME);
  const found = await tryLock(path);
  if ("lock" in found) return found.lock;
  throw locked(path, found.holder);
}

function locked(path: string, holder: Holder): SemlinkError {
  return new SemlinkError({
    code: "run-locked",
    where: path,
    expected: "a run that no other process is writing",
    actual: `a lock of ${holderText(holder)}`,
    hint:
      holder.host === hostname()
        ? "wait for it, stop it, or choose another run folder"
        : "if that process no longer runs, delete the lock folder; else choose another run folder",
  });
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
