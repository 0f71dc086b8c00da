// SPDX-License-Identifier: Apache-2.0
import type { SemlinkErrorOptions } from "../errors.ts";
import { describeError, SemlinkError } from "../errors.ts";
import type { ThreadControl } from "./thread-control.ts";

/** Threads of this process, each with the same runtime. */
export interface ThreadHost {
  /** Threads that can compute at the same time. */
  readonly cores: number;
  /**
   * Starts one thread for each task and waits until each has opened its own.
   *
   * @param control - of as many threads
   * @throws SemlinkError what a thread threw while it opened; the others have ended then
   */
  start(tasks: readonly unknown[], control: ThreadControl): Promise<ThreadGroup>;
}

/** Threads at work. They do not keep the process alive unless something is asked of them. */
export interface ThreadGroup {
  /** What each thread said when its task was open. */
  readonly opened: readonly unknown[];
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

/** A runtime, as far as its threads go. */
interface MaybeThreaded {
  readonly name: string;
  readonly executionProvider: string;
  readonly threads?: ThreadHost;
}

/**
 * The threads of a runtime.
 *
 * @throws SemlinkError `no-threads` where it has none
 */
export function threadsOf({ name, executionProvider, threads }: MaybeThreaded): ThreadHost {
  if (threads) return threads;
  throw new SemlinkError({
    code: "no-threads",
    where: `${name}, ${executionProvider}`,
    expected: "a runtime with threads, for replicas",
    actual: "one without",
    hint: "use one replica, or the cpu provider in Node",
  });
}

/** @throws SemlinkError `replicas` unless `count` is a positive integer */
export function checkReplicas(where: string, count: number): void {
  if (Number.isInteger(count) && count > 0) return;
  throw new SemlinkError({
    code: "replicas",
    where,
    expected: 'a positive whole number of replicas, or "auto"',
    actual: `${count}`,
  });
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
