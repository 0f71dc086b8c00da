// SPDX-License-Identifier: Apache-2.0
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { describeError, SemlinkError } from "@semlink/engine";
import { discardFolder, listFiles, sweepDrafts, TRASH } from "./folders.ts";
import { holderText, livingHolder, sweepLockDrafts, tryLock } from "./lock.ts";
import { checkFiles, checkKey, readRecord } from "./record.ts";
import { CLAIM, claimOf } from "./store.ts";
import { foldersIn, readUses, USES_FILE, usersOf } from "./uses.ts";

/** The store and the runs that use it. */
export interface StoreFolders {
  readonly storeFolder: string;
  /** Folder of all runs that share the store. */
  readonly runsFolder: string;
}

/** An artifact of the store. */
export interface StoredArtifact {
  /** Name of its folder. */
  readonly name: string;
  readonly bytes: number;
  readonly state: "finished" | "unfinished" | "damaged";
  /** ISO 8601; when it was finished, or when an unfinished one last changed. */
  readonly changedAt: string;
  /** Names of the runs that use it. */
  readonly users: readonly string[];
  /** The process that works on it; null when none does. */
  readonly holder: string | null;
}

/** What garbage collection removed, or would. */
export interface Garbage {
  readonly removed: readonly Pick<StoredArtifact, "name" | "bytes">[];
  /** How many artifacts stay. */
  readonly numKept: number;
}

/** What the check of one artifact of a run found. */
export interface CheckedArtifact {
  readonly name: string;
  readonly numFiles: number;
  readonly bytes: number;
  /** What is not in order, null when all is. */
  readonly problem: string | null;
}

/** Age from which a folder on its way out, or a lock in the making, is one of a killed process [ms]. */
const LEFTOVER_MS = 3_600_000;

/**
 * Every artifact of a store, sorted by name, with its users.
 *
 * @throws SemlinkError "corrupt-file" when the list of a run is damaged, "read-failed"
 */
export async function describeStore({ storeFolder, runsFolder }: StoreFolders): Promise<StoredArtifact[]> {
  const users = await usersOf(runsFolder);
  const artifacts: StoredArtifact[] = [];
  for (const name of await artifactsIn(storeFolder)) {
    const folder = join(storeFolder, name);
    const holder = await livingHolder(claimOf(folder));
    artifacts.push({
      name,
      bytes: await sizeOf(folder),
      ...(await stateOf(folder)),
      users: users.get(name) ?? [],
      holder: holder === undefined ? null : holderText(holder),
    });
  }
  return artifacts;
}

/**
 * Removes the artifacts that no run uses and on which no process works, and what killed processes left.
 *
 * An artifact is removed under its claim, after the lists of all runs have been read again: a run notes under the
 * same claim that it uses an artifact, so none is removed between the note and the use.
 *
 * @param options - `dryRun`: only tell what would be removed
 * @throws SemlinkError "corrupt-file" when the list of a run is damaged; nothing more is removed then
 */
export async function collectGarbage({
  storeFolder,
  runsFolder,
  dryRun = false,
}: StoreFolders & { readonly dryRun?: boolean }): Promise<Garbage> {
  const removed: Pick<StoredArtifact, "name" | "bytes">[] = [];
  const names = await artifactsIn(storeFolder);
  for (const name of names) {
    const folder = join(storeFolder, name);
    const isUsed = async (): Promise<boolean> => (await usersOf(runsFolder)).has(name);
    if (dryRun) {
      const isFree = (await livingHolder(claimOf(folder))) === undefined && !(await isUsed());
      if (isFree) removed.push({ name, bytes: await sizeOf(folder) });
      continue;
    }
    const claim = await tryLock(claimOf(folder));
    if ("holder" in claim) continue;
    try {
      if (await isUsed()) {
        await sweepDrafts(folder);
        continue;
      }
      const bytes = await sizeOf(folder);
      await discardFolder(storeFolder, name);
      removed.push({ name, bytes });
    } finally {
      await claim.lock.release();
    }
  }
  if (!dryRun) await removeLeftovers(storeFolder);
  return { removed, numKept: names.length - removed.length };
}

/**
 * Checks every file of every artifact that a run uses against size and digest.
 *
 * @throws SemlinkError "no-artifacts" when the folder is none of a run, "corrupt-file" when its list is damaged
 */
export async function checkRun(runFolder: string, storeFolder: string): Promise<CheckedArtifact[]> {
  const uses = await readUses(runFolder);
  if (uses === undefined) {
    throw new SemlinkError({
      code: "no-artifacts",
      where: join(runFolder, USES_FILE),
      expected: "the list of artifacts of a run",
      actual: "no such file",
      hint: "name the folder of a run, such as runs/quick",
    });
  }
  const checked: CheckedArtifact[] = [];
  for (const { artifact, folder } of uses) checked.push(await checkArtifact(storeFolder, folder, artifact));
  return checked;
}

async function checkArtifact(storeFolder: string, name: string, key: string): Promise<CheckedArtifact> {
  const folder = join(storeFolder, name);
  let files = { numFiles: 0, bytes: 0 };
  try {
    const record = await readRecord(folder);
    if (record === undefined) return { name, ...files, problem: "is not finished, or not there" };
    const sizes = Object.values(record.files).map(({ bytes }) => bytes);
    files = { numFiles: sizes.length, bytes: sizes.reduce((sum, bytes) => sum + bytes, 0) };
    checkKey(folder, record, key);
    await checkFiles(folder, record);
    return { name, ...files, problem: null };
  } catch (error) {
    return { name, ...files, problem: describeError(error).message };
  }
}

async function artifactsIn(storeFolder: string): Promise<string[]> {
  const names = await foldersIn(storeFolder);
  return names.filter((name) => !name.startsWith(".") && !name.endsWith(CLAIM));
}

async function sizeOf(folder: string): Promise<number> {
  return (await listFiles(folder)).reduce((sum, { bytes }) => sum + bytes, 0);
}

async function stateOf(folder: string): Promise<Pick<StoredArtifact, "state" | "changedAt">> {
  const changed = (await stat(folder)).mtime.toISOString();
  try {
    const record = await readRecord(folder);
    return record === undefined
      ? { state: "unfinished", changedAt: changed }
      : { state: "finished", changedAt: record.finishedAt };
  } catch (error) {
    if (error instanceof SemlinkError && error.code === "corrupt-file") {
      return { state: "damaged", changedAt: changed };
    }
    throw error;
  }
}

/** What killed processes left: folders that they were about to remove, and their locks. */
async function removeLeftovers(storeFolder: string): Promise<void> {
  await sweepLockDrafts(storeFolder);
  for (const name of await foldersIn(storeFolder)) {
    const path = join(storeFolder, name);
    if (name.endsWith(CLAIM)) {
      const claim = await tryLock(path);
      if ("lock" in claim) await claim.lock.release();
    } else if (name.startsWith(TRASH)) {
      const found = await stat(path).catch(() => undefined); // a living process may just have removed it
      if (found && Date.now() - found.mtimeMs > LEFTOVER_MS) await discardFolder(storeFolder, name);
    }
  }
}
