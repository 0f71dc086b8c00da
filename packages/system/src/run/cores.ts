// SPDX-License-Identifier: Apache-2.0

/**
 * How many cores each running job gets: one each, and the spare ones to the jobs that started first, each up to the
 * number that it can use.
 *
 * @param total - cores of the run, at least as many as jobs
 * @param maxCores - what each job can use, in the order in which they started
 * @returns shares in the same order; their sum is at most `total`
 */
export function coreShares(total: number, maxCores: readonly number[]): number[] {
  let spare = total - maxCores.length;
  return maxCores.map((max) => {
    const extra = Math.min(spare, Math.max(0, Math.floor(max) - 1));
    spare -= extra;
    return 1 + extra;
  });
}

/** The cores that a job has; their number changes as other jobs start and end. */
export interface CoreShare {
  readonly count: number;
  /** Calls `listener` with each new number. */
  onChange(listener: (count: number) => void): void;
}

/** A {@link CoreShare} whose number is set from outside. */
export class SettableShare implements CoreShare {
  #count: number;
  readonly #listeners: ((count: number) => void)[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  get count(): number {
    return this.#count;
  }

  /** Tells the listeners when the number is another one. */
  set(count: number): void {
    if (count === this.#count) return;
    this.#count = count;
    for (const listener of this.#listeners) listener(count);
  }

  onChange(listener: (count: number) => void): void {
    this.#listeners.push(listener);
  }
}

/** The cores of a run, shared by its jobs: never more jobs than cores at once, first come first served. */
export class Cores {
  readonly #total: number;
  readonly #running: { readonly maxCores: number; readonly share: SettableShare }[] = [];
  readonly #waiting: (() => void)[] = [];
  #numEntered = 0;

  constructor(total: number) {
    this.#total = Math.max(1, Math.floor(total));
  }

  /**
   * Runs `work` with a share of the cores, once one is free.
   *
   * @param maxCores - how many cores it can use
   */
  async use<T>(maxCores: number, work: (share: CoreShare) => Promise<T>): Promise<T> {
    if (this.#numEntered < this.#total) this.#numEntered++;
    else await new Promise<void>((enter) => this.#waiting.push(enter));
    const job = { maxCores, share: new SettableShare(1) };
    this.#running.push(job);
    this.#divide();
    try {
      return await work(job.share);
    } finally {
      this.#running.splice(this.#running.indexOf(job), 1);
      const next = this.#waiting.shift();
      if (next)
        next(); // the place goes over to the next one
      else this.#numEntered--;
      this.#divide();
    }
  }

  #divide(): void {
    const shares = coreShares(
      this.#total,
      this.#running.map(({ maxCores }) => maxCores),
    );
    for (const [index, { share }] of this.#running.entries()) share.set(shares[index]!);
  }
}
