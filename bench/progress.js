// SPDX-License-Identifier: Apache-2.0

/** Lines such as `3/14 rounds · a/batch-64, 2 threads · about 40 s left`, rewritten in place on a terminal. */
export class Progress {
  constructor(stream, totalRounds) {
    this.stream = stream;
    this.totalRounds = totalRounds;
    this.done = 0;
    this.start = performance.now();
  }

  /** Notes a finished round of a case. */
  round(label) {
    this.done++;
    this.write(label);
  }

  /** Says what is going on. */
  write(label) {
    const secondsLeft = this.done === 0 ? null : this.secondsLeft();
    const left = secondsLeft === null ? "" : ` · about ${secondsLeft} s left`;
    const line = `${this.done}/${this.totalRounds} rounds · ${label}${left}`;
    this.stream.write(this.stream.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  }

  end() {
    if (this.stream.isTTY) this.stream.write("\r\x1b[K");
  }

  secondsLeft() {
    const elapsed = (performance.now() - this.start) / 1000;
    return Math.round((elapsed / this.done) * (this.totalRounds - this.done));
  }
}
