// SPDX-License-Identifier: Apache-2.0
import { createInterface } from "node:readline";
import { buildTrainStep, rngFrom, sgd, Trainer } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { Student } from "./student.js";

// Trains the student. Usage: engine-worker.js <batch> <threads>. Says on standard output what it is, one JSON line;
// then runs as many steps as each line of standard input says, and answers with the seconds they took.

const [batch, threads] = process.argv.slice(2).map(Number);
const runtime = await nodeRuntime({ intraOpThreads: threads });
const student = new Student();
const trainStep = buildTrainStep({
  model: student,
  objective: (build) => student.objective(build),
  optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
});
const trainer = await Trainer.create(trainStep, {
  runtime,
  rng: rngFrom(1),
  binding: { batch },
  session: { intraOpThreads: threads },
});
const data = {
  x: { dtype: "float32", shape: [batch, 3, 32, 32], data: rngFrom(2).normal(batch * 3 * 32 * 32) },
  label: {
    dtype: "int64",
    shape: [batch],
    data: BigInt64Array.from({ length: batch }, (_, i) => BigInt(i % 10)),
  },
};

console.log(
  JSON.stringify({ runtime: runtime.name, kernels: runtime.kernels.name, node: process.version.slice(1) }),
);
for await (const line of createInterface({ input: process.stdin })) {
  const start = performance.now();
  for (let step = 0; step < Number(line); step++) await trainer.run(data, 0.01);
  console.log(JSON.stringify({ seconds: (performance.now() - start) / 1000 }));
}
