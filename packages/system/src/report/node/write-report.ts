// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../../results/results.ts";
import type { SearchResults } from "../../search/search-results.ts";
import { reportContent } from "../report-content.ts";
import { drawingDocument } from "./drawing-document.ts";
import { type ReportFiles, writeReportFiles } from "./report-files.ts";

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
  return writeReportFiles(folder, reportContent(results, drawingDocument(), search));
}
