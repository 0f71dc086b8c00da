// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A process that opens one case and runs steps when told to. */
export class WorkerProcess {
  /** @param {AbortSignal} signal ends the process */
  constructor(command, args, signal) {
    this.process = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], signal });
    this.failure = new Promise((_, reject) => this.process.on("error", reject));
    this.failure.catch(() => {}); // told to whoever waits for an answer
    this.process.stdin.on("error", () => {}); // it has ended; the missing answer says so
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  /** The next line that the process writes. */
  async answer() {
    const { value, done } = await Promise.race([this.lines.next(), this.failure]);
    if (done) throw new Error(`${this.process.spawnargs.join(" ")} ended without an answer`);
    return JSON.parse(value);
  }

  /** Runs steps: `{ seconds, value, peakMiB }`, the value being that of the last step. */
  async run(steps) {
    this.process.stdin.write(`${steps}\n`);
    return this.answer();
  }

  end() {
    this.process.stdin.end();
  }
}
