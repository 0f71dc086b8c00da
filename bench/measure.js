// SPDX-License-Identifier: Apache-2.0
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { median, spread } from "./statistics.js";
import { WorkerProcess } from "./worker-process.js";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

const TURN_SECONDS = 1;
const MAX_STEPS = 500;

// Both begin from the same values with the same data, so the first values differ by rounding only; after the updates
// of a few steps rounding has grown.
const CHECKS = [
  { steps: 1, tolerance: 1e-3 },
  { steps: 3, tolerance: 1e-2 },
];

/**
 * Items per second of one case on the engine, beside PyTorch with as many threads. The two take turns, so that both
 * meet the same load of the machine; ratios are of neighbouring turns.
 *
 * @param {object} chosen case of `selection.js`
 * @param {object} options
 * @param {number} options.threads
 * @param {number} options.shards parts of a batch of the engine
 * @param {number} options.rounds
 * @param {number | null} options.steps steps of a turn; null takes as many as fill a second
 * @param {string | null} options.python Python with PyTorch, null to measure the engine alone
 * @param {AbortSignal} options.signal
 * @param {(round: number) => void} options.onRound
 * @throws Error when the two do not compute the same
 */
export async function measureCase({ id, workload, setting }, options) {
  const { threads, shards, rounds, python, signal, onRound } = options;
  const folder = await mkdtemp(join(tmpdir(), "semlink-bench-"));
  const workers = [];
  try {
    const start = join(folder, "start.safetensors");
    await promisify(execFile)(process.execPath, [path("engine/start.js"), id, start], { signal });
    const open = async (command, args) => {
      const worker = new WorkerProcess(command, args, signal);
      workers.push(worker);
      return { worker, opened: await worker.answer() };
    };
    const module = workload.name.replaceAll("-", "_");
    const engine = await open(process.execPath, [
      path("engine/worker.js"),
      id,
      String(threads),
      String(shards),
      start,
    ]);
    const torch =
      python &&
      (await open(python, [
        "-B", // leaves no compiled files beside the sources
        path("torch/worker.py"),
        module,
        JSON.stringify(setting),
        String(threads),
        start,
      ]));
    const values = await checkEqual(id, engine, torch);
    const steps = options.steps ?? (await stepsOfTurn(engine));
    const turns = { engine: [], torch: [] };
    for (let round = 0; round < rounds; round++) {
      turns.engine.push(await engine.worker.run(steps));
      if (torch) turns.torch.push(await torch.worker.run(steps));
      onRound(round + 1);
    }
    const summary = (opened, all) => summarize(opened, all, steps * setting.batch);
    return {
      case: id,
      title: workload.title,
      threads,
      batch: setting.batch,
      rounds,
      steps,
      firstValues: values,
      engine: summary(engine.opened, turns.engine),
      torch: torch && summary(torch.opened, turns.torch),
      ratio: torch && spread(turns.engine.map(({ seconds }, i) => turns.torch[i].seconds / seconds)),
    };
  } finally {
    for (const worker of workers) worker.end();
    await rm(folder, { recursive: true, force: true });
  }
}

function summarize(opened, turns, items) {
  return {
    ...opened,
    itemsPerSecond: spread(turns.map(({ seconds }) => items / seconds)),
    secondsOfTurns: turns.map(({ seconds }) => seconds),
    peakMiB: Math.round(turns.at(-1).peakMiB),
    ...(turns.at(-1).shards === undefined ? {} : { shards: turns.at(-1).shards }),
  };
}

/** Losses of the first steps (mean squares of an inference), after checking that both have the same. */
async function checkEqual(id, engine, torch) {
  if (torch && engine.opened.numParams !== torch.opened.numParams) {
    throw new Error(`${id}: ${engine.opened.numParams} parameters, ${torch.opened.numParams} in PyTorch`);
  }
  const values = { engine: [], torch: torch && [] };
  for (const { steps, tolerance } of CHECKS) {
    const { value, shards } = await engine.worker.run(steps);
    values.engine.push(value);
    if (!torch) continue;
    const expected = (await torch.worker.run(steps)).value;
    values.torch.push(expected);
    // Shards normalise their own parts of the batch, which is another computation; one shard is compared.
    if (shards > 1) continue;
    if (Math.abs(value - expected) > tolerance * Math.abs(expected)) {
      throw new Error(`${id}: the engine computes ${value}, PyTorch ${expected}`);
    }
  }
  return values;
}

async function stepsOfTurn({ worker }) {
  const seconds = median([(await worker.run(1)).seconds, (await worker.run(1)).seconds]);
  return Math.min(MAX_STEPS, Math.max(1, Math.round(TURN_SECONDS / seconds)));
}
