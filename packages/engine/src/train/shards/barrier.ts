// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../../errors.ts";
import type { ThreadControl } from "../../runtime/thread-control.ts";

const PHASE = 0;
const ARRIVED = 1;
const FAILURES = 2;
const OUTCOME = 3; // of even phases; that of odd ones follows
/** Size of the memory of a {@link Barrier}. */
export const BARRIER_BYTES: number = 5 * Int32Array.BYTES_PER_ELEMENT;

/** Time after which somebody who waits looks whether the others are still there [ms]. */
const SLICE_MS = 50;
/** Longest time that {@link Barrier.arriveBlocking} waits [ms]. */
const BLOCKING_LIMIT_MS = 60_000;

/**
 * A place where threads wait for each other, again and again. Everybody learns there, with the same result for all,
 * whether somebody failed on the way.
 */
export class Barrier {
  private readonly parties: number;
  private readonly control: Pick<ThreadControl, "isStopped">;
  private readonly words: Int32Array;

  /**
   * @param parties - threads that meet; another number may meet there as soon as nobody waits any more
   * @param control - when it stops, nobody waits any longer
   * @param memory - {@link BARRIER_BYTES} zeros, seen by all; for one party it need not be shared
   */
  constructor(
    parties: number,
    control: Pick<ThreadControl, "isStopped">,
    memory: SharedArrayBuffer | ArrayBuffer,
  ) {
    this.parties = parties;
    this.control = control;
    this.words = new Int32Array(memory);
  }

  /**
   * Waits until all have arrived. Blocks the thread, but lets events in now and then.
   *
   * @returns whether somebody arrived with a failure
   * @throws SemlinkError `stopped` when the threads shall stop
   */
  async arrive(hasFailed: boolean): Promise<boolean> {
    const phase = this.enter(hasFailed);
    while (this.isWaiting(phase, SLICE_MS)) {
      if (this.control.isStopped) throw stopped("one that is to stop");
      await new Promise((resolve) => setTimeout(resolve));
    }
    return this.hasFailedIn(phase);
  }

  /**
   * Waits as {@link Barrier.arrive} does, without letting events in.
   *
   * @throws SemlinkError `stopped` when the threads shall stop, or do not come
   */
  arriveBlocking(): void {
    const phase = this.enter(false);
    const end = performance.now() + BLOCKING_LIMIT_MS;
    while (this.isWaiting(phase, SLICE_MS)) {
      if (this.control.isStopped) throw stopped("one that is to stop");
      if (performance.now() > end) throw stopped(`none within ${BLOCKING_LIMIT_MS / 1000} s`);
    }
  }

  private enter(hasFailed: boolean): number {
    const { words } = this;
    const phase = Atomics.load(words, PHASE);
    if (hasFailed) Atomics.add(words, FAILURES, 1);
    if (Atomics.add(words, ARRIVED, 1) + 1 === this.parties) {
      Atomics.store(words, ARRIVED, 0);
      // Read by the others after this phase and written next two phases on, when all have read it.
      Atomics.store(words, OUTCOME + (phase & 1), Atomics.exchange(words, FAILURES, 0));
      Atomics.add(words, PHASE, 1);
      Atomics.notify(words, PHASE);
    }
    return phase;
  }

  private isWaiting(phase: number, limitMs: number): boolean {
    if (Atomics.load(this.words, PHASE) !== phase) return false;
    Atomics.wait(this.words, PHASE, phase, limitMs);
    return Atomics.load(this.words, PHASE) === phase;
  }

  private hasFailedIn(phase: number): boolean {
    return Atomics.load(this.words, OUTCOME + (phase & 1)) > 0;
  }
}

/** Code of the error of those who wait for somebody that does not come. */
export const STOPPED = "stopped";

function stopped(actual: string): SemlinkError {
  return new SemlinkError({
    code: STOPPED,
    where: "barrier of a step",
    expected: "a thread that goes on",
    actual,
  });
}
