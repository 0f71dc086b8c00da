// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** A process that trains the student when told to. */
class Worker {
  constructor(command, args) {
    this.process = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  /** The next line that the process writes. */
  async answer() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.process.spawnargs.join(" ")} ended without an answer`);
    return JSON.parse(value);
  }

  /** Seconds for a number of steps. */
  async time(steps) {
    this.process.stdin.write(`${steps}\n`);
    return (await this.answer()).seconds;
  }

  end() {
    this.process.stdin.end();
  }
}

/** The first Python that can import PyTorch, or null. */
function pythonWithTorch() {
  const candidates = [process.env.SEMLINK_TORCH_PYTHON, "python3", "/usr/bin/python3"].filter(Boolean);
  for (const command of candidates) {
    try {
      execFileSync(command, ["-c", "import torch"], { stdio: "ignore" });
      return command;
    } catch {
      // not this one
    }
  }
  return null;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Images per second of whole training steps of the student (forward, backward, SGD with momentum), beside PyTorch with
 * as many threads. The two take turns, so that both meet the same load of the machine; ratios are of neighbouring runs.
 *
 * @param {{ batch: number, threads: number, rounds: number, steps: number }} options
 */
export async function trainingThroughput({ batch, threads, rounds, steps }) {
  const python = pythonWithTorch();
  const sizes = [String(batch), String(threads)];
  const engine = new Worker(process.execPath, [path("engine-worker.js"), ...sizes]);
  const torch = python && new Worker(python, [path("torch/training_throughput.py"), ...sizes]);
  try {
    const versions = { ...(await engine.answer()), ...(torch ? await torch.answer() : { torch: null }) };
    const rate = async (worker) => (steps * batch) / (await worker.time(steps));
    const runs = [];
    for (let round = -1; round < rounds; round++) {
      const run = { engine: await rate(engine), torch: torch && (await rate(torch)) };
      // The first round warms both up.
      if (round >= 0) runs.push(run);
    }
    const imagesPerSecond = {
      engine: median(runs.map((run) => run.engine)),
      torch: torch && median(runs.map((run) => run.torch)),
    };
    const ratio = torch && median(runs.map((run) => run.engine / run.torch));
    return { threads, batch, steps, imagesPerSecond, ratio, runs, versions };
  } finally {
    engine.end();
    torch?.end();
  }
}
