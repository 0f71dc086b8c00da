// SPDX-License-Identifier: Apache-2.0

const STOP = 0;
const FIRST_BUSY = 1;

/**
 * Which threads are inside native code, and whether they shall stop, in memory that all of them share.
 *
 * A thread that is ended inside a run of ONNX Runtime takes the process with it, so it says before and after; whoever
 * wants to end asks first and waits until nobody is inside.
 */
export class ThreadControl {
  readonly memory: SharedArrayBuffer;
  private readonly words: Int32Array;

  /** @param threads - how many there are, or the memory of the control that they share already */
  constructor(threads: number | SharedArrayBuffer) {
    this.memory =
      typeof threads === "number"
        ? new SharedArrayBuffer((FIRST_BUSY + threads) * Int32Array.BYTES_PER_ELEMENT)
        : threads;
    this.words = new Int32Array(this.memory);
  }

  /** Whether the threads have been asked to stop. */
  get isStopped(): boolean {
    return Atomics.load(this.words, STOP) === 1;
  }

  /** Asks all threads to start nothing more, for good. */
  stop(): void {
    Atomics.store(this.words, STOP, 1);
  }

  /** Marks a thread as busy from now on, stopped or not: one that is being started or freed. */
  mark(thread: number): void {
    Atomics.store(this.words, FIRST_BUSY + thread, 1);
  }

  /** Marks a thread as busy unless it shall stop; the order of the two is what makes {@link waitUntilIdle} safe. */
  begin(thread: number): boolean {
    this.mark(thread);
    if (!this.isStopped) return true;
    this.end(thread);
    return false;
  }

  /** Marks a thread as idle. */
  end(thread: number): void {
    Atomics.store(this.words, FIRST_BUSY + thread, 0);
    Atomics.notify(this.words, FIRST_BUSY + thread);
  }

  /**
   * Blocks until no thread is busy.
   *
   * @param limitMs - longest time to wait [ms]
   * @returns false when some thread is still busy then
   */
  waitUntilIdle(limitMs: number): boolean {
    const end = performance.now() + limitMs;
    for (let word = FIRST_BUSY; word < this.words.length; word++) {
      while (Atomics.load(this.words, word) === 1) {
        const left = end - performance.now();
        if (left <= 0) return false;
        Atomics.wait(this.words, word, 1, left);
      }
    }
    return true;
  }
}
