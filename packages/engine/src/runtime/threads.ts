// SPDX-License-Identifier: Apache-2.0
import type { SemlinkErrorOptions } from "../errors.ts";
import { describeError, SemlinkError } from "../errors.ts";
import type { ThreadControl } from "./thread-control.ts";

/** Threads of this process, each with the same runtime. */
export interface ThreadHost {
  /** Threads that can compute at the same time. */
  readonly cores: number;
  /**
   * A team that has no thread yet.
   *
   * @param most - threads that it may ever have
   */
  team(most: number): ThreadTeam;
}

/**
 * Threads that work for one caller. They do not keep the process alive unless something is asked of them, and a thread of
 * which nothing is asked rests.
 */
export interface ThreadTeam {
  /** What all threads of the team see: who is inside native code, and whether they shall stop. */
  readonly control: ThreadControl;
  /** Threads that are open; they are counted from 0. */
  readonly size: number;
  /**
   * Starts one more thread for each task and waits until each has opened its own. The threads before go on.
   *
   * @returns what each new thread said when its task was open
   * @throws SemlinkError what a thread threw while it opened; the new threads have ended then
   */
  grow(tasks: readonly unknown[]): Promise<readonly unknown[]>;
  /**
   * Asks one thread and waits for its answer; a thread answers in the order of asking. Values are copied on the way.
   *
   * @throws SemlinkError what the thread threw; `thread-ended` when it ended instead, because it died or was released
   */
  call(thread: number, request: unknown): Promise<unknown>;
  /** Ends the threads as soon as none is inside native code. */
  release(): Promise<void>;
}

/** What a thread does, seen from inside. */
export interface ThreadWork {
  /** Said when it is open. */
  readonly opened: unknown;
  handle(request: unknown): Promise<unknown>;
  release(): Promise<void>;
}

/** Address of the answer that tells that a task is open; requests count from 1. */
export const OPENED = 0;

/** A request on its way to a thread; null asks it to end. */
export type ThreadMessage = { readonly id: number; readonly request: unknown } | null;

/** The answer of a thread. */
export interface ThreadAnswer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: SemlinkErrorOptions;
}

/**
 * How many cores a caller gets: what it asks for, at most `most`, and at most as many as the runtime has threads.
 *
 * @throws SemlinkError `cores` unless `cores` is a positive whole number
 */
export function coresFor(
  cores: number,
  { where, most, threads }: { readonly where: string; readonly most: number; readonly threads: number },
): number {
  checkCount({ code: "cores", where, what: "cores" }, cores);
  return Math.min(cores, most, threads);
}

/** @throws SemlinkError `code` unless `count` is a positive whole number */
export function checkCount(
  { code, where, what }: { readonly code: string; readonly where: string; readonly what: string },
  count: number,
): void {
  if (Number.isInteger(count) && count > 0) return;
  throw new SemlinkError({ code, where, expected: `a positive whole number of ${what}`, actual: `${count}` });
}

/** Anything thrown, as data that can leave a thread. */
export function errorFields(error: unknown): SemlinkErrorOptions {
  if (!(error instanceof SemlinkError)) {
    const { code, message } = describeError(error);
    return { code, where: "thread", expected: "its work to be done", actual: message };
  }
  const { code, where, expected, actual, hint } = error;
  return { code, where, expected, actual, hint };
}
