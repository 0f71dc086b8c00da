// SPDX-License-Identifier: Apache-2.0

/** A number of places; whoever finds none free waits, first come first served. */
export class Slots {
  #numFree: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#numFree = count;
  }

  /** Runs `work` in a place of its own, once one is free. */
  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#numFree > 0) this.#numFree--;
    else await new Promise<void>((enter) => this.#waiting.push(enter));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next)
        next(); // the place goes over to the next one
      else this.#numFree++;
    }
  }
}
