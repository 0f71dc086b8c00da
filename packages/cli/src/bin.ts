#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
import { EXIT } from "./failure.ts";
import { main } from "./main.ts";
import { abortOnSignals } from "./signals.ts";

// Whoever reads the output may stop reading, as `head` does, and the disk that it goes to may be full: the work goes
// on. A result that could not be printed for another reason than that nobody reads it is a failure at the end.
const output = { isLost: false };
process.stderr.on("error", () => undefined);
process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
  if (code === "EPIPE" || output.isLost) return;
  output.isLost = true;
  process.exitCode = EXIT.failed;
  process.stderr.write(`error: the result could not be printed: ${message}\n`);
});

const signal = abortOnSignals(process, (exitCode) => process.exit(exitCode));
const exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  signal,
});
process.exitCode = output.isLost && exitCode === EXIT.done ? EXIT.failed : exitCode;
