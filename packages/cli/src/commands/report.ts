// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describeError, SemlinkError } from "@semlink/engine";
import { type Command, type CommandContext, defineCommand } from "./define-command.ts";
import { experimentOptions } from "./experiment-options.ts";
import { option } from "./option.ts";
import { printResults } from "./print-run.ts";
import { printSearch } from "./print-search.ts";
import { runPipeline } from "./run-pipeline.ts";
import { formatTable } from "./table.ts";

const RESULTS_FILE = "results.json";

/** The report alone: of a finished run or search, or at the end of the pipeline of an experiment that is named. */
export const report: Command = defineCommand({
  name: "report",
  summary:
    "Write the report of a finished run again, or run an experiment to its report; alone, list the runs",
  example: "semlink report --run runs/quick",
  options: {
    run: option.path("folder of a finished run or search"),
    ...experimentOptions,
    preset: option.string("experiment to run to its report: smoke, quick, hour or standard"),
  },
  async run({ run, preset, ...values }, context) {
    const { config, name, set } = values;
    if (run !== undefined) await writeAgain(resolve(run), context);
    else if (preset === undefined && config === undefined && name === undefined && set.length === 0) {
      await listRuns(resolve(values.runs), context);
    } else {
      const { defaultValue: usual } = experimentOptions.preset;
      await runPipeline({ ...values, preset: preset ?? usual! }, context, "report");
    }
  },
});

async function writeAgain(folder: string, { print }: CommandContext): Promise<void> {
  const { parseResults } = await import("@semlink/system");
  const { readSearchResults, writeReport, writeSearchReport } = await import("@semlink/system/node");
  const path = join(folder, RESULTS_FILE);
  const search = await readSearchResults(folder);
  if (search !== null && !existsSync(path)) {
    await writeSearchReport(search, folder);
    await printSearch(folder, { print });
    return;
  }
  const results = parseResults(await readResults(path), path);
  await writeReport(results, folder, search);
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

/** Every run that has results, with the command that writes its report again. */
async function listRuns(runs: string, { print }: CommandContext): Promise<void> {
  const { SEARCH_FILE } = await import("@semlink/system");
  const folders = existsSync(runs) ? await readdir(runs, { withFileTypes: true }) : [];
  const found = folders
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const folder = join(runs, name);
      const files = [RESULTS_FILE, SEARCH_FILE].filter((file) => existsSync(join(folder, file)));
      return { name, folder, files };
    })
    .filter(({ files }) => files.length > 0);
  const rows = found.map(({ name, folder, files }) => {
    return [name, files.join(" and "), `semlink report --run ${folder}`];
  });
  const nothing = `no run in ${runs} has results; \`semlink run\` makes one`;
  print(rows.length === 0 ? nothing : await formatTable(rows), { runs: found });
}
