#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
import { main } from "./main.ts";
import { abortOnSignals } from "./signals.ts";

// Whoever reads the output may stop reading, as `head` does; the work goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

const signal = abortOnSignals(process, (exitCode) => process.exit(exitCode));
process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  signal,
});
