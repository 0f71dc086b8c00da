// SPDX-License-Identifier: Apache-2.0
import { formatGenotype } from "../../cells/genotype.ts";
import type { SearchResults } from "../../search/search-results.ts";
import { drawingDocument } from "./drawing-document.ts";
import { type ReportFiles, writeReportFiles } from "./report-files.ts";
import { drawSearchCharts } from "../search/search-charts.ts";
import { searchCsvFiles } from "../search/search-csv.ts";
import { searchPage } from "../search/search-page.ts";

/**
 * Writes `search.html`, its charts and tables, and `genotypes/<id>.json` of every architecture that was retrained into
 * `folder`; the same results give the same bytes.
 *
 * @param folder - is made if it does not exist
 * @throws SemlinkError `disk-full` or `write-failed`
 */
export async function writeSearchReport(results: SearchResults, folder: string): Promise<ReportFiles> {
  const charts = drawSearchCharts(results, drawingDocument());
  const page = { name: "search.html", text: searchPage(results, charts) };
  const retrained = new Set(results.finals.map(({ architecture }) => architecture));
  const genotypes = results.architectures.flatMap(({ id, genotype }) =>
    genotype && retrained.has(id) ? [{ path: `genotypes/${id}.json`, text: formatGenotype(genotype) }] : [],
  );
  return writeReportFiles(folder, { page, charts, tables: searchCsvFiles(results), others: genotypes });
}
