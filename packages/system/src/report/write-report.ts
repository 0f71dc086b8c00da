// SPDX-License-Identifier: Apache-2.0
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describeError, SemlinkError } from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import type { Results } from "../evaluate/results.ts";
import { drawCharts } from "./charts.ts";
import { csvFiles } from "./csv.ts";
import { reportPage } from "./page.ts";
import { renderPng } from "./render-png.ts";

/** Paths of the files that a report consists of. */
export interface ReportFiles {
  readonly html: string;
  readonly svg: readonly string[];
  readonly png: readonly string[];
  readonly csv: readonly string[];
}

/**
 * Writes `report.html`, `charts/*.svg`, `charts/*.png` (twice the size) and `tables/*.csv` into `folder`; the same
 * results give the same bytes.
 *
 * Every file is replaced atomically. Charts for which the results hold no data are not written; the page says so.
 *
 * @param folder - is made if it does not exist
 * @throws SemlinkError `disk-full` or `write-failed`
 */
export async function writeReport(results: Results, folder: string): Promise<ReportFiles> {
  for (const name of ["charts", "tables"]) await makeFolder(join(folder, name));
  const charts = drawCharts(results);
  const write = async (path: string, data: string | Uint8Array): Promise<string> => {
    await writeFileAtomic(join(folder, path), data);
    return join(folder, path);
  };
  const svg: string[] = [];
  const png: string[] = [];
  for (const chart of charts) {
    svg.push(await write(join("charts", `${chart.id}.svg`), chart.svg));
    png.push(await write(join("charts", `${chart.id}.png`), renderPng(chart.svg)));
  }
  const csv: string[] = [];
  for (const { name, text } of csvFiles(results)) csv.push(await write(join("tables", `${name}.csv`), text));
  return { html: await write("report.html", reportPage(results, charts)), svg, png, csv };
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new SemlinkError({
      code: "write-failed",
      where: path,
      expected: "to make the folder",
      actual: describeError(cause).message,
      hint: "choose another folder for the report",
      cause,
    });
  }
}
