// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../results/results.ts";
import type { OpenRun } from "./open-run.ts";
import type { SearchResults } from "../search/search-results.ts";
import { readSearchResults, writeReport, writeSearchReport } from "../report/node/report-files.ts";

/** Writes the report of a run beside its `results.json`; it has a section on the search when the run has made one. */
export async function reportResults(results: Results, run: OpenRun): Promise<void> {
  await reporting("report", run, async () => {
    await writeReport(results, run.folder, await readSearchResults(run.folder));
  });
}

/** Writes the report of a search beside its `search.json`. */
export async function reportSearch(results: SearchResults, run: OpenRun): Promise<void> {
  await reporting("search report", run, () => writeSearchReport(results, run.folder));
}

async function reporting(stage: string, run: OpenRun, write: () => Promise<unknown>): Promise<void> {
  run.report({ stage, done: 0, total: 1 });
  await write();
  run.report({ stage, done: 1, total: 1 });
}
