// SPDX-License-Identifier: Apache-2.0
import { mkdir, readdir, readFile, rename, rm, rmdir, unlink } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describeError, SemlinkError } from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import * as z from "zod";
import { LOCK_DRAFT, readTextIfPresent, unreadable, unwritable } from "./folders.ts";

/** A process, told apart from a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time as the system counts it (clock ticks since boot); null where it cannot be read. */
  readonly startTime: string | null;
}

/** This process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const entry = await processEntry(process.pid);
  return { pid: process.pid, startTime: entry?.startTime ?? null };
}

/** Whether that very process still runs on this machine; one that ended but was not yet collected does not. */
export async function isRunning({ pid, startTime }: ProcessIdentity): Promise<boolean> {
  try {
    process.kill(pid, 0); // sends nothing: asks whether the process exists
  } catch (error) {
    if (describeError(error).code !== "EPERM") return false; // EPERM: it exists and belongs to someone else
  }
  const entry = await processEntry(pid);
  if (entry === undefined || startTime === null) return true;
  return entry.isAlive && entry.startTime === startTime;
}

interface ProcessEntry {
  readonly isAlive: boolean;
  readonly startTime: string;
}

/** What Linux says about a process in /proc; undefined elsewhere, or when it is gone. */
async function processEntry(pid: number): Promise<ProcessEntry | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (stat === undefined) return undefined;
  // The command name, field 2, is in parentheses and may hold anything; state is field 3, starttime field 22 (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, startTime] = [fields[0], fields[19]];
  return state === undefined || startTime === undefined
    ? undefined
    : { isAlive: state !== "Z" && state !== "X", startTime };
}

/** An exclusive right that this process has. */
export interface Lock {
  /** Gives the right up. A process that dies without doing so leaves a dead lock, which the next one takes over. */
  release(): Promise<void>;
}

/** The process that has a lock. */
export interface Holder extends ProcessIdentity {
  readonly host: string;
  /** ISO 8601. */
  readonly since: string;
}

const holderSchema: z.ZodType<Holder> = z.strictObject({
  pid: z.int().positive(),
  startTime: z.string().nullable(),
  host: z.string(),
  since: z.string(),
});

const LOOK_EVERY_MS = 200;
const MAX_ATTEMPTS = 10;
// What a system says of a rename to a folder that is not empty, and of the removal of one.
const TAKEN_CODES = ["ENOTEMPTY", "EEXIST", ...(process.platform === "win32" ? ["EPERM"] : [])];

/**
 * Takes a lock, unless a living process or one on another machine has it.
 *
 * A lock is a folder with one file of a random name, which says who has it. It is made aside and renamed into place,
 * which an operating system does only where there is no folder or an empty one: of several processes one succeeds.
 * The file of a dead holder is removed by its name, so whoever has the lock by now keeps it.
 *
 * @param path - of the lock, in a folder that exists
 * @returns the lock, or who has it
 * @throws SemlinkError "lock-unusable" when something else has that path
 * @throws SemlinkError "disk-full", "write-failed" or "read-failed" when the lock cannot be written or read
 */
export async function tryLock(path: string): Promise<{ readonly lock: Lock } | { readonly holder: Holder }> {
  const own = randomUUID();
  const draft = join(dirname(path), `${LOCK_DRAFT}${own}`);
  const identity = await ownIdentity();
  const holder: Holder = { ...identity, host: hostname(), since: new Date().toISOString() };
  try {
    for (;;) {
      const other = await livingHolder(path);
      if (other !== undefined) return { holder: other };
      await removeIfEmpty(path); // Windows renames to no existing folder, be it empty
      await makeDraft(draft, own, holder);
      if (await moveIntoPlace(draft, path)) return { lock: { release: () => leave(path, own) } };
    }
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/**
 * Takes a lock, and waits for it while another process has it.
 *
 * @param onWait - called once for each holder that is waited for
 * @throws the reason of the signal, and what {@link tryLock} throws
 */
export async function waitForLock(
  path: string,
  { signal, onWait }: { readonly signal: AbortSignal; readonly onWait: (holder: Holder) => void },
): Promise<Lock> {
  let named: string | undefined;
  for (;;) {
    signal.throwIfAborted();
    const found = await tryLock(path);
    if ("lock" in found) return found.lock;
    const name = JSON.stringify(found.holder);
    if (name !== named) onWait(found.holder);
    named = name;
    await setTimeout(LOOK_EVERY_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** The living process that has a lock; undefined when nobody has it. A dead one is struck off. */
export async function livingHolder(path: string): Promise<Holder | undefined> {
  for (const name of await namesIn(path)) {
    const file = join(path, name);
    const text = await readTextIfPresent(file);
    if (text === undefined) continue; // it was released in between
    const holder = parseHolder(text);
    if (holder !== undefined && (await isHeld(holder))) return holder;
    await unlink(file).catch((error: unknown) => {
      if (describeError(error).code !== "ENOENT") throw unwritable(file, "to take over a dead lock", error);
    });
  }
  return undefined;
}

/** A process in words: `process 17 on host`. */
export function holderText({ pid, host, since }: Holder): string {
  return `process ${pid} on ${host} since ${since}`;
}

/** Removes what killed processes left of locks that they were making in a folder. */
export async function sweepLockDrafts(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (!name.startsWith(LOCK_DRAFT)) continue;
    const draft = join(folder, name);
    if ((await livingHolder(draft)) === undefined) await removeIfEmpty(draft);
  }
}

/** A draft that says nothing yet may be swept while it is made: then it is made again. */
async function makeDraft(draft: string, own: string, holder: Holder): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await mkdir(draft);
    } catch (cause) {
      if (describeError(cause).code !== "EEXIST") throw unwritable(draft, "to make a lock", cause);
    }
    try {
      await writeFileAtomic(join(draft, own), `${JSON.stringify(holder)}\n`);
      return;
    } catch (error) {
      const isSwept = error instanceof SemlinkError && describeError(error.cause).code === "ENOENT";
      if (!isSwept || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/** @returns whether it is there now; false when the place is taken */
async function moveIntoPlace(draft: string, path: string): Promise<boolean> {
  try {
    await rename(draft, path);
    return true;
  } catch (error) {
    const { code } = describeError(error);
    if (TAKEN_CODES.includes(code)) return false;
    if (code === "ENOTDIR") throw unusable(path, error);
    throw unwritable(path, "to take the lock", error);
  }
}

async function leave(path: string, own: string): Promise<void> {
  await unlink(join(path, own)).catch((error: unknown) => ignore(error, ["ENOENT", "ENOTDIR"]));
  await removeIfEmpty(path);
}

async function removeIfEmpty(path: string): Promise<void> {
  await rmdir(path).catch((error: unknown) => ignore(error, ["ENOENT", ...TAKEN_CODES]));
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    const { code } = describeError(error);
    if (code === "ENOENT") return [];
    throw code === "ENOTDIR" ? unusable(path, error) : unreadable(path, "a lock that can be read", error);
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

function ignore(error: unknown, codes: readonly string[]): void {
  if (!codes.includes(describeError(error).code)) throw error;
}

function unusable(path: string, cause: unknown): SemlinkError {
  return new SemlinkError({
    code: "lock-unusable",
    where: path,
    expected: "a folder that is the lock",
    actual: "a file",
    hint: `an earlier version of semlink left it: delete ${basename(path)} when no such run goes on`,
    cause,
  });
}
