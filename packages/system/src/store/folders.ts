// SPDX-License-Identifier: Apache-2.0
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { describeError, SemlinkError } from "@semlink/engine";
import { removeTemporaries } from "@semlink/engine/node";

/** A file below a folder. */
export interface ListedFile {
  /** Path inside the folder, parts joined by `/` on every system. */
  readonly path: string;
  readonly bytes: number;
}

/** Start of the name of a folder that is on its way out. */
export const TRASH = ".trash-";

/** Start of the name of a lock that is being made. */
export const LOCK_DRAFT = ".lock-";

/**
 * Makes a folder and those above it, one after the other: where a folder cannot hold others, as those of `/proc`, making all of
 * them in one call never ends.
 *
 * @throws SemlinkError "write-failed"
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    for (const missing of await missingFolders(resolve(folder))) await makeOne(missing);
  } catch (cause) {
    throw unwritable(folder, "to make the folder", cause);
  }
}

/** What must be made of a folder and those above it, the highest first. */
async function missingFolders(folder: string): Promise<string[]> {
  const missing: string[] = [];
  for (let place = folder; !(await isFolder(place)); place = dirname(place)) {
    missing.unshift(place);
    if (place === dirname(place)) break;
  }
  return missing;
}

async function makeOne(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (describeError(error).code !== "EEXIST" || !(await isFolder(folder))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(describeError(error).code)) return false;
    throw error;
  }
}

/**
 * Every file below a folder, sorted by path.
 *
 * @throws SemlinkError "corrupt-file" for what is neither a file nor a folder; "read-failed" when it cannot be listed
 */
export async function listFiles(folder: string): Promise<ListedFile[]> {
  const paths: string[] = [];
  const walk = async (inner: string): Promise<void> => {
    for (const entry of await readdir(join(folder, inner), { withFileTypes: true })) {
      const path = inner === "" ? entry.name : `${inner}/${entry.name}`;
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile()) paths.push(path);
      else throw corrupt(join(folder, path), "a file or a folder", "something of another kind");
    }
  };
  try {
    await walk("");
    const sorted = paths.sort((a, b) => (a < b ? -1 : 1));
    return await Promise.all(
      sorted.map(async (path) => ({ path, bytes: (await stat(join(folder, path))).size })),
    );
  } catch (error) {
    throw error instanceof SemlinkError ? error : unreadable(folder, "a folder that can be listed", error);
  }
}

/** sha256 (hex) of a file, read in pieces of a mebibyte. @throws SemlinkError "read-failed" */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 }))
      hash.update(piece as Buffer);
  } catch (error) {
    throw unreadable(path, "a file that can be read", error);
  }
  return hash.digest("hex");
}

/**
 * The text of a file.
 *
 * @returns undefined where there is none
 * @throws SemlinkError "corrupt-file" when a folder has its name, "read-failed" when it cannot be read
 */
export async function readTextIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = describeError(error);
    if (code === "ENOENT") return undefined;
    if (code === "EISDIR") throw corrupt(path, "a file", "a folder");
    if (code === "ENOTDIR") throw corrupt(path, "a file in a folder", "a file in place of that folder");
    throw unreadable(path, "a file that can be read", error);
  }
}

/**
 * Removes, in a folder and those below it, what killed processes left of writes. Nobody may be writing there; locks that others
 * make meanwhile are left alone.
 */
export async function sweepDrafts(folder: string): Promise<void> {
  await removeTemporaries(folder);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && !entry.name.startsWith(LOCK_DRAFT))
      await sweepDrafts(join(folder, entry.name));
  }
}

/**
 * Removes a folder, or what has its name: first the name, at once, then the content. A process that is killed in
 * between leaves a folder that nobody takes for an unfinished artifact.
 *
 * @param parent - folder that holds it
 * @throws SemlinkError "write-failed"
 */
export async function discardFolder(parent: string, name: string): Promise<void> {
  const trash = join(parent, `${TRASH}${randomUUID()}`);
  try {
    await rename(join(parent, name), trash);
    await rm(trash, { recursive: true, force: true });
  } catch (cause) {
    if (describeError(cause).code === "ENOENT") return;
    throw unwritable(join(parent, name), "to remove it", cause);
  }
}

/** The error of a stored file that is not what was written; what it belongs to is made again. */
export function corrupt(where: string, expected: string, actual: string, cause?: unknown): SemlinkError {
  const hint = "delete the folder; the stage is run again";
  return new SemlinkError({ code: "corrupt-file", where, expected, actual, hint, cause });
}

/** The error of something that is there and cannot be read. */
export function unreadable(where: string, expected: string, cause: unknown): SemlinkError {
  const { code, message } = describeError(cause);
  const hint =
    code === "EMFILE" || code === "ENFILE"
      ? "too many files are open: raise the limit (ulimit -n)"
      : "check its permissions and the disk";
  return new SemlinkError({ code: "read-failed", where, expected, actual: message, hint, cause });
}

/** The error of something that cannot be made, changed or removed. */
export function unwritable(where: string, expected: string, cause: unknown): SemlinkError {
  const hint = "check the permissions of its folder, or choose another folder for the run";
  const actual = describeError(cause).message;
  return new SemlinkError({ code: "write-failed", where, expected, actual, hint, cause });
}
