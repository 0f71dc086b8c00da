// SPDX-License-Identifier: Apache-2.0
import { basename, dirname, join } from "node:path";
import { lstat } from "node:fs/promises";
import { describeError, SemlinkError } from "@semlink/engine";
import { corrupt, discardFolder, makeFolder, sweepDrafts, unreadable } from "./folders.ts";
import { holderText, waitForLock } from "./lock.ts";
import {
  checkFiles,
  checkKey,
  ELAPSED_FILE,
  readRecord,
  type Recipe,
  recipeKey,
  writeRecord,
} from "./record.ts";
import { startStopwatch } from "./stopwatch.ts";

/** What is to be in the store, and how it is made and read. */
export interface ArtifactWork<Value> {
  readonly recipe: Recipe;
  /** Folder of the artifact in the store, as {@link artifactFolder} gives it. */
  readonly folder: string;
  /** Fills the folder. Called again with what an interrupted call left there, it ends with the same bits. */
  produce(): Promise<void>;
  /** The value of a finished artifact. An error with the code "corrupt-file" has it made again. */
  read(): Promise<Value>;
  /** Called when the artifact is this process's own and before anything is read: the place to note who uses it. */
  onClaimed?(): Promise<void>;
  /** Gets sentences about damage and waiting. */
  readonly say: (message: string) => void;
  /** Ends waiting for another process. */
  readonly signal: AbortSignal;
}

/** An artifact that is finished and checked. */
export interface Provided<Value> {
  readonly value: Value;
  /** Time that it took to make, over all sessions [s]. */
  readonly durationS: number;
  /** Whether it was there already. */
  readonly cached: boolean;
}

const KEY_DIGITS = 10;
const STORE_NAME = ".store"; // begins with a dot, as no run does
/** End of the name of the lock of an artifact, which lies beside its folder. */
export const CLAIM = ".claim";
const FOLDER_NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Folder of the artifacts that the runs in a folder share, unless said otherwise. */
export function storeFolderOf(runsFolder: string): string {
  return join(runsFolder, STORE_NAME);
}

/**
 * Folder of an artifact: `<store>/<name>-<first 10 digits of its key>`.
 *
 * @param name - readable start, kebab-case
 * @throws SemlinkError "invalid-argument" when the name is none
 */
export function artifactFolder(storeFolder: string, name: string, key: string): string {
  if (FOLDER_NAME.test(name)) return join(storeFolder, `${name}-${key.slice(0, KEY_DIGITS)}`);
  throw new SemlinkError({
    code: "invalid-argument",
    where: "name of an artifact",
    expected: "small letters and digits, joined by '-'",
    actual: JSON.stringify(name),
  });
}

/**
 * Provides an artifact: reads it when it is finished and in order, else makes it, whichever process needs it first.
 *
 * While one process works on an artifact, others wait for it. What a dead process left is resumed. A finished
 * artifact is checked file by file against its record; a difference has it made again from nothing.
 *
 * @throws SemlinkError "not-json", "key-collision", "read-failed", "write-failed", "disk-full"; the signal's reason;
 * whatever `produce` and `read` throw
 */
export async function provideArtifact<Value>(work: ArtifactWork<Value>): Promise<Provided<Value>> {
  const { folder, say, signal } = work;
  signal.throwIfAborted();
  await makeFolder(dirname(folder));
  const claim = await waitForLock(claimOf(folder), {
    signal,
    onWait: (holder) => say(`${holderText(holder)} works on ${basename(folder)}; waiting for it`),
  });
  try {
    await work.onClaimed?.();
    return (await readFinished(work)) ?? (await makeArtifact(work));
  } finally {
    await claim.release();
  }
}

/** Path of the lock of an artifact. */
export function claimOf(folder: string): string {
  return `${folder}${CLAIM}`;
}

async function makeArtifact<Value>(work: ArtifactWork<Value>): Promise<Provided<Value>> {
  const { folder, recipe } = work;
  await makeFolder(folder);
  await sweepDrafts(folder);
  const stopwatch = await startStopwatch(join(folder, ELAPSED_FILE));
  try {
    await work.produce();
  } catch (error) {
    await stopwatch.stop().catch(() => undefined); // why it failed is what matters
    throw error;
  }
  const durationS = await stopwatch.stop();
  await writeRecord(folder, recipe, durationS);
  return { value: await work.read(), durationS, cached: false };
}

/** Undefined when the artifact has to be made. */
async function readFinished<Value>(work: ArtifactWork<Value>): Promise<Provided<Value> | undefined> {
  const { folder, recipe, say } = work;
  try {
    if (!(await isFolder(folder))) return undefined;
    const record = await readRecord(folder);
    if (record === undefined) return undefined;
    checkKey(folder, record, recipeKey(recipe));
    await checkFiles(folder, record);
    return { value: await work.read(), durationS: record.durationS, cached: true };
  } catch (error) {
    if (!(error instanceof SemlinkError) || error.code !== "corrupt-file") throw error;
    say(`output is damaged and is made again: ${error.message}`);
    await discardFolder(dirname(folder), basename(folder));
    return undefined;
  }
}

/** False when there is nothing. What is no folder is removed by name, as damage. @throws SemlinkError */
async function isFolder(folder: string): Promise<boolean> {
  try {
    if ((await lstat(folder)).isDirectory()) return true;
  } catch (error) {
    if (describeError(error).code === "ENOENT") return false;
    throw unreadable(folder, "a folder that can be looked up", error);
  }
  throw corrupt(folder, "the folder of an artifact", "something of another kind");
}
