// SPDX-License-Identifier: Apache-2.0
// A whole run in a process of its own, for the tests to kill or to run beside another: counts once, and tells the value.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createRunner } from "../../dist/run/runner.js";
import { defineStage } from "../../dist/run/stage.js";

const { storeFolder, runFolder, settings, steps } = JSON.parse(process.argv[2]);
const runner = createRunner({
  storeFolder,
  runFolder,
  settings,
  worker: new URL("./stages.fixture.js", import.meta.url),
  report: (event) => process.send({ event }),
  signal: new AbortController().signal,
});
const count = defineStage({
  name: "count",
  version: 1,
  maxCores: 1,
  produce: () => Promise.reject(new Error("is made in a child")),
  read: async (folder) => Number(await readFile(join(folder, "output"), "utf8")),
});
const { value } = await runner.run(count, { steps });
await runner.close();
process.send({ value, cached: runner.timings[0].cached }, () => process.exit(0));
