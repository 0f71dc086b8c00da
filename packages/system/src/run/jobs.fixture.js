// SPDX-License-Identifier: Apache-2.0
// Worker of the tests: small jobs served by the compiled child side.
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { SemlinkError } from "@semlink/engine";
import { serveJobs } from "../../dist/run/serve-stages.js";

const table = {
  /** Doubles a number after some time, telling how far it is. */
  async double({ value, delayMs }, { report }) {
    report({ stage: `double ${value}`, done: 1, total: 2 });
    await setTimeout(delayMs);
    report({ stage: `double ${value}`, done: 2, total: 2, metrics: { value } });
    return { doubled: value * 2, pid: process.pid, startedAt: Date.now() - delayMs, endedAt: Date.now() };
  },
  /** Waits until it has some number of cores, makes a file, and waits until it has more. */
  async watchCores({ count, path }, { cores }) {
    const counts = [cores.count];
    cores.onChange((now) => counts.push(now));
    while (cores.count !== count) await setTimeout(5);
    writeFileSync(path, "");
    while (cores.count === count) await setTimeout(5);
    return counts;
  },
  async waitForFile({ path }) {
    while (!existsSync(path)) await setTimeout(5);
  },
  async halve(values) {
    return values.map((value) => value / 2);
  },
  async refuse() {
    const cause = new RangeError("the reason beneath");
    throw new SemlinkError({ code: "refused", where: "here", expected: "a", actual: "b", hint: "c", cause });
  },
  async stumble() {
    throw new TypeError("an error of the language");
  },
  async die({ signal, exitCode }) {
    if (signal) process.kill(process.pid, signal);
    else process.exit(exitCode);
    await setTimeout(60_000);
  },
  /** Ticks into a file until it is asked to stop, then saves. */
  async tick({ path, savedPath }, { report, signal }) {
    while (!signal.aborted) {
      appendFileSync(path, ".");
      report({ stage: "tick", done: process.pid, total: 1 });
      await setTimeout(20);
    }
    await setTimeout(50);
    writeFileSync(savedPath, "saved");
    signal.throwIfAborted();
  },
  /** Waits in a way that rejects by itself when the signal fires. */
  async wait(_payload, { signal }) {
    await setTimeout(60_000, undefined, { signal });
  },
  /** Never looks at its signal, as inside a very long kernel. */
  async ignore(_payload, { report }) {
    report({ stage: "ignore", done: 0, total: 1 });
    await setTimeout(60_000);
  },
  async giveFunction() {
    return () => undefined;
  },
};

serveJobs(table);
