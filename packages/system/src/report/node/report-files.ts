// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describeError } from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import { makeFolder } from "../../store/folders.ts";
import { formatGenotype } from "../../cells/genotype.ts";
import type { Results } from "../../results/results.ts";
import { parseSearchResults, SEARCH_FILE } from "../../search/search-results-schema.ts";
import type { SearchResults } from "../../search/search-results.ts";
import { withLightColours } from "../palette.ts";
import { reportContent, type ReportContent } from "../report-content.ts";
import { drawSearchCharts } from "../search/search-charts.ts";
import { searchCsvFiles } from "../search/search-csv.ts";
import { searchPage } from "../search/search-page.ts";
import { drawingDocument, renderPng } from "./drawing.ts";

/**
 * What the search of a run found; null when the run has none.
 *
 * @param folder - of the run
 * @throws SemlinkError when the file is damaged
 */
export async function readSearchResults(folder: string): Promise<SearchResults | null> {
  const path = join(folder, SEARCH_FILE);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (describeError(error).code === "ENOENT") return null;
    throw error;
  }
  return parseSearchResults(text, path);
}

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

/**
 * Writes the page, `charts/*.svg` in plain colours, `charts/*.png` (twice the size), `tables/*.csv` and what else there
 * is into `folder`, each atomically.
 *
 * @param folder - is made if it does not exist
 * @throws SemlinkError `disk-full` or `write-failed`
 */
async function writeReportFiles(folder: string, content: ReportContent): Promise<ReportFiles> {
  const { others = [] } = content;
  const folders = new Set(["charts", "tables", ...others.map(({ path }) => dirname(path))]);
  for (const name of folders) await makeFolder(join(folder, name));
  const write = async (path: string, data: string | Uint8Array): Promise<string> => {
    await writeFileAtomic(join(folder, path), data);
    return join(folder, path);
  };
  const svg: string[] = [];
  const png: string[] = [];
  for (const chart of content.charts) {
    svg.push(await write(join("charts", `${chart.id}.svg`), withLightColours(chart.svg)));
    png.push(await write(join("charts", `${chart.id}.png`), renderPng(chart.svg)));
  }
  const csv: string[] = [];
  for (const { name, text } of content.tables) csv.push(await write(join("tables", `${name}.csv`), text));
  for (const { path, text } of others) await write(path, text);
  return { html: await write(content.page.name, content.page.text), svg, png, csv };
}
