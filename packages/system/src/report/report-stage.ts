// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../evaluate/results.ts";
import type { OpenRun } from "../run/open-run.ts";
import { writeReport } from "./write-report.ts";

/** Writes the report of a run beside its `results.json`. */
export async function reportResults(results: Results, run: OpenRun): Promise<void> {
  run.report({ stage: "report", done: 0, total: 1 });
  await writeReport(results, run.folder);
  run.report({ stage: "report", done: 1, total: 1 });
}
