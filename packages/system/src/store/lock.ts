// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from "node:crypto";
import { constants, copyFile, link, readFile, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { describeError, SemlinkError } from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import * as z from "zod";
import { isRunning, ownIdentity } from "./process-identity.ts";

/** The exclusive right to write into a run folder. */
export interface RunLock {
  /** Gives the folder free. A process that dies without doing so leaves a stale lock, which the next one takes over. */
  release(): Promise<void>;
}

const FILE_NAME = "run.lock";
const ATTEMPTS = 5;

const holderSchema = z.strictObject({
  pid: z.int().positive(),
  startTime: z.string().nullable(),
  host: z.string(),
  since: z.string(),
});

type Holder = z.infer<typeof holderSchema>;

/**
 * Locks a run folder for this process: `run.lock` names the process that holds it. The lock of a process that no
 * longer runs is taken over.
 *
 * @param folder - must exist
 * @throws SemlinkError "run-locked" when a living process, or one on another machine, holds the folder
 * @throws SemlinkError "disk-full" or "write-failed" when the lock cannot be written
 */
export async function acquireRunLock(folder: string): Promise<RunLock> {
  const path = join(folder, FILE_NAME);
  const holder: Holder = {
    ...(await ownIdentity()),
    host: hostname(),
    since: new Date().toISOString(),
  };
  const text = `${JSON.stringify(holder)}\n`;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await createExclusively(path, text)) return { release: () => removeIfUnchanged(path, text) };
    const found = await readIfPresent(path);
    if (found === undefined) continue; // it was released in between
    const other = parseHolder(found);
    if (other !== undefined && (await isHeld(other))) throw locked(path, other);
    await removeIfUnchanged(path, found);
  }
  throw locked(path, undefined);
}

/** The file appears whole or not at all, and only where there was none. */
async function createExclusively(path: string, text: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  await writeFileAtomic(draft, text);
  try {
    // Not every file system has hard links; a copy is exclusive as well.
    await link(draft, path).catch((error: unknown) => {
      if (describeError(error).code === "EEXIST") throw error;
      return copyFile(draft, path, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (describeError(error).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Removes the lock with this text. One that another process put there meanwhile stays. */
async function removeIfUnchanged(path: string, text: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside); // of several processes that try, one gets the file
  } catch (error) {
    if (describeError(error).code === "ENOENT") return;
    throw error;
  }
  if ((await readIfPresent(aside)) === text) await rm(aside, { force: true });
  else await rename(aside, path);
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (describeError(error).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Undefined for a text that no semlink wrote: such a lock holds nothing. */
function parseHolder(text: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** A process of another machine cannot be looked up, so its lock holds. */
async function isHeld(holder: Holder): Promise<boolean> {
  return holder.host !== hostname() || (await isRunning(holder));
}

function locked(path: string, holder: Holder | undefined): SemlinkError {
  return new SemlinkError({
    code: "run-locked",
    where: path,
    expected: "a run that no other process is writing",
    actual: holder
      ? `a lock of process ${holder.pid} on ${holder.host} since ${holder.since}`
      : "several processes asking for it at once",
    hint:
      holder && holder.host !== hostname()
        ? "if that process no longer runs, delete the lock file; else choose another run folder"
        : "wait for it, stop it, or choose another run folder",
  });
}
