// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { describeError } from "@semlink/engine";

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
