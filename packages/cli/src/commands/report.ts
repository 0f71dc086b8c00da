// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describeError, SemlinkError } from "@semlink/engine";
import { type Command, type CommandContext, defineCommand } from "./define-command.ts";
import { experimentOptions } from "./experiment-options.ts";
import { option } from "./option.ts";
import { printResults } from "./print-run.ts";
import { runPipeline } from "./run-pipeline.ts";

/** The report alone: of a finished run, or at the end of the pipeline. */
export const report: Command = defineCommand({
  name: "report",
  summary: "Write the report of an experiment, or that of a finished run again",
  example: "semlink report --run runs/quick",
  options: { run: option.path("folder of a finished run, read from its results.json"), ...experimentOptions },
  async run(values, context) {
    if (values.run === undefined) await runPipeline(values, context, "report");
    else await writeAgain(resolve(values.run), context);
  },
});

async function writeAgain(folder: string, { print }: CommandContext): Promise<void> {
  const { parseResults } = await import("@semlink/system");
  const { readSearchResults, writeReport } = await import("@semlink/system/node");
  const path = join(folder, "results.json");
  const results = parseResults(await readResults(path), path);
  await writeReport(results, folder, await readSearchResults(folder));
  await printResults(folder, results, { print, hasReport: true });
}

async function readResults(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new SemlinkError({
      code: "missing-results",
      where: path,
      expected: "the results of a finished run",
      actual: describeError(cause).message,
      hint: "measure first: semlink evaluate, or semlink run",
      cause,
    });
  }
}
