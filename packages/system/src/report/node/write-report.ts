// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../../results/results.ts";
import type { SearchResults } from "../../search/search-results.ts";
import { drawCharts } from "../charts.ts";
import { csvFiles } from "../csv.ts";
import { reportPage } from "../page.ts";
import { type ReportFiles, writeReportFiles } from "./report-files.ts";
import { drawSearchCharts } from "../search/search-charts.ts";
import { searchCsvFiles } from "../search/search-csv.ts";

export type { ReportFiles } from "./report-files.ts";

/**
 * Writes `report.html`, `charts/*.svg`, `charts/*.png` (twice the size) and `tables/*.csv` into `folder`; the same
 * results give the same bytes.
 *
 * Every file is replaced atomically. Charts for which the results hold no data are not written; the page says so.
 *
 * @param folder - is made if it does not exist
 * @param search - of the same run; the report has a section on it
 * @throws SemlinkError `disk-full` or `write-failed`
 */
export async function writeReport(
  results: Results,
  folder: string,
  search: SearchResults | null = null,
): Promise<ReportFiles> {
  const charts = drawCharts(results);
  const found = search && { results: search, charts: drawSearchCharts(search, charts.length + 1) };
  return writeReportFiles(folder, {
    page: { name: "report.html", text: reportPage(results, charts, found) },
    charts: [...charts, ...(found?.charts ?? [])],
    tables: [...csvFiles(results), ...(search ? searchCsvFiles(search) : [])],
  });
}
