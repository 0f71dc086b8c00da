// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { decodeSafetensors } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { caseNamed } from "../selection.js";
import { openProgram } from "./open-program.js";

// Usage: worker.js <workload/case> <threads> <shards> <start file>. Says on standard output what it opened, one JSON line; then
// runs as many steps as each line of standard input says, and answers with the seconds they took.

const [id, threads, shards, file] = process.argv.slice(2);
const { workload, setting } = caseNamed(id);
const source = workload.program(setting);
const runtime = await nodeRuntime({ intraOpThreads: Number(threads) });
const { tensors } = decodeSafetensors(await readFile(file), file);
const program = await openProgram(source, {
  runtime,
  batch: setting.batch,
  weights: tensorsNamed(tensors, "param:"),
  shards: Number(shards),
  cores: Number(threads),
});

console.log(
  JSON.stringify({
    versions: { runtime: runtime.name, kernels: runtime.kernels.name, node: process.version.slice(1) },
    numParams: program.numParams,
    rewrites: source.step?.rewrites ?? [],
    openSeconds: program.openSeconds,
    sessionSeconds: program.sessionSeconds,
  }),
);
for await (const line of createInterface({ input: process.stdin })) {
  const steps = Number(line);
  const start = performance.now();
  let value = NaN;
  for (let step = 0; step < steps; step++) value = await program.run();
  const seconds = (performance.now() - start) / 1000;
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ seconds, value, peakMiB, shards: program.shards }));
}
await program.release();

function tensorsNamed(all, prefix) {
  const named = [...all].filter(([name]) => name.startsWith(prefix));
  return new Map(named.map(([name, { data }]) => [name.slice(prefix.length), data]));
}
