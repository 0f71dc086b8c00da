// SPDX-License-Identifier: Apache-2.0
import { type Command, defineCommand } from "./define-command.ts";
import { experimentOptions } from "./experiment-options.ts";
import { runPipeline } from "./run-pipeline.ts";

/** The whole method, from the data to the report. */
export const run: Command = defineCommand({
  name: "run",
  summary: "Run an experiment from the data to the report",
  example: "semlink run --preset quick",
  options: experimentOptions,
  run: (values, context) => runPipeline(values, context, "report"),
});
