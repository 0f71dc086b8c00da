// SPDX-License-Identifier: Apache-2.0
import { parseArgs } from "node:util";
import { allCases, selectCases } from "./selection.js";

/** What `--help` prints. */
export function usage() {
  const width = Math.max(...allCases.map(({ id }) => id.length));
  const cases = allCases.map(({ id, workload }) => `  ${id.padEnd(width)}  ${workload.title}`).join("\n");
  return `Throughput of the engine, beside PyTorch where a Python has it, taking turns.

Usage: npm run bench -- [options]

  --only LIST     workloads or cases, comma-separated: a,c or a,f/student-1; all if left out
  --threads LIST  cores to use, comma-separated (1,2)
  --shards N      parts of a batch, which as many cores may compute; by default one for each thread
  --rounds N      turns of each (7)
  --steps N       steps of a turn; by default as many as fill a second
  --no-torch      the engine alone
  --json          one JSON object on standard output instead of a table
  --help

Cases:
${cases}

Engine and PyTorch start from the same values and data; a case fails when their losses differ. SEMLINK_TORCH_PYTHON
names the Python to use. Exit codes: 0 done, 1 failed, 2 bad arguments, 130 interrupted.
`;
}

/**
 * The options of a command line.
 *
 * @throws TypeError | RangeError when an argument is unknown or has a wrong value
 */
export function parseCommandLine(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string" },
      threads: { type: "string", default: "1,2" },
      shards: { type: "string" },
      rounds: { type: "string", default: "7" },
      steps: { type: "string" },
      "no-torch": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  return {
    cases: values.only === undefined ? allCases : selectCases(values.only.split(",")),
    threads: values.threads.split(",").map((word) => count("--threads", word)),
    shards: values.shards === undefined ? null : count("--shards", values.shards),
    rounds: count("--rounds", values.rounds),
    steps: values.steps === undefined ? null : count("--steps", values.steps),
    useTorch: !values["no-torch"],
    json: values.json,
    help: values.help,
  };
}

function count(name, word) {
  if (/^[1-9]\d{0,5}$/.test(word)) return Number(word);
  throw new RangeError(`${name}: expected a whole number from 1, got "${word}"`);
}
