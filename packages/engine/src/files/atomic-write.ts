// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from "node:crypto";
import { open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describeError, SemlinkError } from "../errors.ts";

/** What writing needs of an open file. */
export interface SyncedFile {
  writeFile(data: Uint8Array | string): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a new file, failing when it exists. */
export type CreateFile = (path: string) => Promise<SyncedFile>;

/**
 * Writes a file so that a reader, a crash or a full disk sees either the old file or the whole new one.
 *
 * The data goes to a temporary file in the same folder, reaches the disk, and then takes the file's name. The
 * folder must exist. A temporary file (`.name.*.tmp`) is left behind only when the process is killed; see
 * {@link removeTemporaries}.
 *
 * @param createFile - how the temporary file is made; a test passes one that fails
 * @throws SemlinkError "disk-full" when there is no space or quota left, "write-failed" otherwise
 */
export async function writeFileAtomic(
  path: string,
  data: Uint8Array | string,
  createFile: CreateFile = (file) => open(file, "wx"),
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    await writeSynced(await createFile(temporary), data);
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined); // the first error is the one to report
    throw writeError(path, cause);
  }
}

const TEMPORARY = /^\..+\.[0-9a-f-]{36}\.tmp$/;

/** Removes from a folder what killed processes left of {@link writeFileAtomic}. Nobody may be writing there. */
export async function removeTemporaries(folder: string): Promise<void> {
  const left = (await readdir(folder)).filter((name) => TEMPORARY.test(name));
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
}

async function writeSynced(file: SyncedFile, data: Uint8Array | string): Promise<void> {
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the rename itself durable; Windows has no such operation and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: "free some space or choose another folder",
  EDQUOT: "your disk quota is used up: free some space or choose another folder",
  EACCES: "check the permissions of the folder",
  EPERM: "check the permissions of the folder",
  EROFS: "the file system is read-only: choose another folder",
  ENOENT: "create the folder first",
};

function writeError(path: string, cause: unknown): SemlinkError {
  const { code, message } = describeError(cause);
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  return new SemlinkError({
    code: isFull ? "disk-full" : "write-failed",
    where: path,
    expected: isFull ? "enough disk space to write the file" : "to write the file",
    actual: message,
    hint: HINTS[code],
    cause,
  });
}
