// SPDX-License-Identifier: Apache-2.0
import { parseCommandLine, usage } from "./command-line.js";
import { describeMachine } from "./machine.js";
import { measureCase } from "./measure.js";
import { Progress } from "./progress.js";
import { resultTable, rewriteLines } from "./table.js";
import { pythonWithTorch } from "./torch-python.js";

const EXIT = { done: 0, failed: 1, badArguments: 2, interrupted: 130 };

// A tuned BLAS reaches several times as much on one core, a reference one a tenth.
const LEAST_GFLOPS = 10;

process.exitCode = await main();

async function main() {
  let options;
  try {
    options = parseCommandLine(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    return EXIT.badArguments;
  }
  if (options.help) {
    process.stdout.write(usage());
    return EXIT.done;
  }
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => controller.abort());
  try {
    await measureAll(options, controller.signal);
    return EXIT.done;
  } catch (error) {
    if (controller.signal.aborted) return EXIT.interrupted;
    console.error(error.message);
    return EXIT.failed;
  }
}

async function measureAll({ cases, threads, shards, rounds, steps, useTorch, json }, signal) {
  const python = useTorch ? pythonWithTorch() : null;
  const machine = await describeMachine();
  const progress = new Progress(process.stderr, cases.length * threads.length * rounds);
  const results = [];
  for (const chosen of cases) {
    for (const numThreads of threads) {
      const label = `${chosen.id}, ${numThreads} ${numThreads === 1 ? "thread" : "threads"}`;
      progress.write(`${label}, opening`);
      const onRound = () => progress.round(label);
      results.push(
        await measureCase(chosen, {
          threads: numThreads,
          shards: shards ?? numThreads,
          rounds,
          steps,
          python,
          signal,
          onRound,
        }),
      );
    }
  }
  progress.end();
  const slowest = Math.min(...results.flatMap(({ torch }) => (torch ? [torch.matmulGflops] : [])));
  if (slowest < LEAST_GFLOPS) {
    console.error(
      `PyTorch multiplies matrices at ${slowest.toFixed(1)} GFLOP/s only, so its figures say little: ` +
        "it runs on a reference BLAS; install a tuned one (Debian: libopenblas0-openmp)",
    );
  }
  const report = { benchmark: "throughput", machine, results };
  const text = json ? JSON.stringify(report, null, 2) : `${resultTable(results)}\n\n${rewriteLines(results)}`;
  process.stdout.write(`${text}\n`);
}
