// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import type { Results } from "@semlink/system";
import type { StageTiming } from "@semlink/system/node";
import { formatDuration } from "../progress-text.ts";
import type { CommandContext } from "./define-command.ts";
import { formatKeyFigures, keyFigures } from "./key-figures.ts";
import { formatTable } from "./table.ts";

type Printer = Pick<CommandContext, "print">;

/** Prints what a run that ends before the evaluation has done, and where. */
export async function printStages(
  folder: string,
  timings: readonly StageTiming[],
  { print }: Printer,
): Promise<void> {
  const rows = timings.map(({ stage, durationS, cached }) => {
    return [stage, formatDuration(durationS), cached ? "finished earlier" : ""];
  });
  print(`${await formatTable(rows)}\n\nrun: ${folder}`, { run: folder, stages: timings });
}

/**
 * Prints the key figures of a measured run, and where its results and its report are.
 *
 * @param hasReport - whether the report is among the files of the folder
 */
export async function printResults(
  folder: string,
  results: Results,
  { print, hasReport }: Printer & { readonly hasReport: boolean },
): Promise<void> {
  const figures = await keyFigures(results);
  const files = {
    results: join(folder, "results.json"),
    ...(hasReport ? { report: join(folder, "report.html") } : {}),
  };
  const places = Object.entries(files).map(([name, path]) => `${name}: ${path}`);
  const text = [await formatKeyFigures(figures, results), "", ...places].join("\n");
  print(text, { run: folder, ...files, figures });
}
