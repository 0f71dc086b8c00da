// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../results/results.ts";
import type { SearchResults } from "../search/search-results.ts";
import { drawCharts } from "./charts.ts";
import { type CsvFile, csvFiles } from "./csv.ts";
import { reportPage } from "./page.ts";
import type { DrawingDocument } from "./render-svg.ts";
import { drawSearchCharts } from "./search/search-charts.ts";
import { searchCsvFiles } from "./search/search-csv.ts";

/** A report as text: its page, its charts by the names of their files, its tables. */
export interface ReportContent {
  readonly page: { readonly name: string; readonly text: string };
  /** Charts as the page shows them, in colours that follow its theme. */
  readonly charts: readonly { readonly id: string; readonly svg: string }[];
  readonly tables: readonly CsvFile[];
  /** Further files by their paths in the folder. */
  readonly others?: readonly { readonly path: string; readonly text: string }[];
}

/**
 * Everything that a report consists of, as text; nothing is read or written, so that it also works in a browser.
 *
 * @param document - makes the elements of the charts: the page's own in a browser
 * @param search - of the same run; the report has a section on it
 */
export function reportContent(
  results: Results,
  document: DrawingDocument,
  search: SearchResults | null = null,
): ReportContent {
  const charts = drawCharts(results, document);
  const found = search && {
    results: search,
    charts: drawSearchCharts(search, document, charts.length + 1),
  };
  return {
    page: { name: "report.html", text: reportPage(results, charts, found) },
    charts: [...charts, ...(found?.charts ?? [])],
    tables: [...csvFiles(results), ...(search ? searchCsvFiles(search) : [])],
  };
}
