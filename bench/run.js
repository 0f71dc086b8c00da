// SPDX-License-Identifier: Apache-2.0
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { trainingThroughput } from "./training-throughput.js";

// Usage: npm run bench -- [--threads 1,2] [--batch 64] [--rounds 7] [--steps 5]. One JSON object on standard output.

const { values } = parseArgs({
  options: {
    threads: { type: "string", default: "1,2" },
    batch: { type: "string", default: "64" },
    rounds: { type: "string", default: "7" },
    steps: { type: "string", default: "5" },
  },
});
const machine = {
  cpu: cpus()[0]?.model ?? "unknown",
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  platform: `${process.platform}-${process.arch}`,
  loadBefore: loadavg()[0],
};
const training = [];
for (const threads of values.threads.split(",").map(Number)) {
  const sizes = { batch: Number(values.batch), rounds: Number(values.rounds), steps: Number(values.steps) };
  training.push(await trainingThroughput({ ...sizes, threads }));
}
console.log(
  JSON.stringify(
    { benchmark: "training-throughput", network: "conference student CNN", machine, training },
    null,
    2,
  ),
);
