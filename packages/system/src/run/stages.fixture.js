// SPDX-License-Identifier: Apache-2.0
// Worker of the tests: small stages served by the compiled child side.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { SemlinkError } from "@semlink/engine";
import { defineStage } from "../../dist/run/stage.js";
import { serveStages } from "../../dist/run/serve-stages.js";

const unread = () => Promise.reject(new Error("is read in the parent"));

/** Counts in a checkpoint file, one step after the other, and writes each step to the log of the settings. */
const count = defineStage({
  name: "count",
  version: 1,
  maxCores: 1,
  async produce({ steps, start }, { folder, folderOf, settings, signal, report }) {
    const first = start === undefined ? 0 : Number(readFileSync(join(folderOf(start), "output"), "utf8"));
    const checkpoint = join(folder, "checkpoint");
    let step = existsSync(checkpoint) ? Number(readFileSync(checkpoint, "utf8")) : 0;
    while (step < steps) {
      signal.throwIfAborted();
      if (step === settings.killAt) process.kill(process.pid, "SIGKILL");
      await setTimeout(settings.stepMs ?? 0);
      step++;
      writeFileSync(checkpoint, String(step));
      appendFileSync(settings.log, `${step}\n`);
      report({ stage: "count", done: step, total: steps });
    }
    writeFileSync(join(folder, "output"), String(first + step));
  },
  read: unread,
});

/** Statistics first, then its halves side by side. */
const halves = defineStage({
  name: "halves",
  version: 1,
  maxCores: 1,
  async produce(_inputs, { folder, part, settings, signal }) {
    if (part === settings.failing) {
      throw new SemlinkError({ code: "refused", where: part, expected: "a", actual: "b" });
    }
    if (part !== "statistics") readFileSync(join(folder, "statistics"));
    if (part === settings.endless) await setTimeout(60_000, undefined, { signal });
    writeFileSync(join(folder, part), String(process.pid));
  },
  read: unread,
});

serveStages({ count: async () => count, halves: async () => halves });
