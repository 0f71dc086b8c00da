// SPDX-License-Identifier: Apache-2.0
import type { FigureInfo, Results } from "../results/results.ts";
import type { SearchResults } from "../search/search-results.ts";
import { chartId, drawCharts, type DrawnChart } from "./charts.ts";
import { type CsvFile, csvFiles } from "./csv.ts";
import { type Html, html, htmlDocument } from "./markup.ts";
import { figureValue } from "./number-format.ts";
import type { DrawingDocument } from "./render-svg.ts";
import { drawSearchCharts, type SearchChart } from "./search/search-charts.ts";
import { searchCsvFiles } from "./search/search-csv.ts";
import { searchSection } from "./search/search-page.ts";
import { cleanTable } from "./sections/clean-table.ts";
import { comparisonsSection } from "./sections/comparisons.ts";
import { conventions } from "./sections/conventions.ts";
import { channelUsesTables, ledgerTable } from "./sections/cost.ts";
import { keyFigures } from "./sections/key-figures.ts";
import { mismatchSection } from "./sections/mismatch.ts";
import { pointTables } from "./sections/point-tables.ts";
import { provenanceSection } from "./sections/provenance.ts";
import { figure, type Section, sectionBodies, sectionLinks } from "./sections/section.ts";
import { statement } from "./sections/statement.ts";

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

/** What a run's search found, and its charts. */
interface ReportedSearch {
  readonly results: SearchResults;
  readonly charts: readonly SearchChart[];
}

/** The whole report as one HTML document that needs nothing else: no script, no font, no network. */
export function reportPage(
  results: Results,
  charts: readonly DrawnChart[],
  search: ReportedSearch | null = null,
): string {
  const sections = sectionsOf(results, charts, search);
  return htmlDocument(
    `${results.name} – semlink report`,
    html`<header>
        <p class="eyebrow">semlink report</p>
        <h1>${results.name}</h1>
        ${statement(results)} ${keyFigures(results)} ${sectionLinks(sections)}
      </header>
      <main>${sectionBodies(sections)}</main>
      <footer>
        Made from results.json
        (${results.schema})${search === null ? "" : ` and search.json (${search.results.schema})`} alone; the
        charts lie beside this page as SVG and PNG, the numbers as CSV.
      </footer>`,
  );
}

function sectionsOf(
  results: Results,
  charts: readonly DrawnChart[],
  search: ReportedSearch | null,
): Section[] {
  const { matrix, figures } = results;
  return [
    ...figures.map((info, index) => ({
      id: `over-the-channel-${info.id}`,
      title: `${info.label} over the channel`,
      body: figureSection(results, info, charts, index === 0),
    })),
    { id: "clean", title: "Without a channel", body: cleanTable(results) },
    ...(matrix
      ? [
          {
            id: "mismatch",
            title: "Under other conditions",
            body: mismatchSection(results, matrix, charts),
          },
        ]
      : []),
    { id: "comparisons", title: "Comparisons", body: comparisonsSection(results, charts) },
    {
      id: "cost",
      title: "Parameters, operations and channel uses",
      body: html`${ledgerTable(results)}${channelUsesTables(results)}`,
    },
    { id: "training", title: "Training", body: trainingSection(results, charts) },
    ...(search === null
      ? []
      : [{ id: "search", title: "Architecture search", body: searchSection(search.results, search.charts) }]),
    { id: "conventions", title: "Conventions and formulas", body: conventions(results) },
    { id: "provenance", title: "Provenance", body: provenanceSection(results) },
  ];
}

/** Charts and tables of one figure; the tables of the leading one are open. */
function figureSection(
  results: Results,
  info: FigureInfo,
  charts: readonly DrawnChart[],
  isLeading: boolean,
): Html {
  const esNo = html`E<sub>s</sub>/N<sub>0</sub>`;
  const chance = info.chance === null ? "" : ` A guess has ${figureValue(info, info.chance)}.`;
  const meaning = `${info.label}: ${info.meaning}.${chance}`;
  const tables = pointTables(results, info);
  return html`<p>${meaning}</p>
    ${figure(charts, {
      id: chartId.vsEsNo(info),
      caption: html`${info.label} on the test items against ${esNo}, one panel per length, one row per
      channel, common axes. Shaded: 95 % interval. Horizontal lines, where there are any: networks without a
      channel, and chance.`,
      missing: `${info.label} against Es/N0`,
    })}
    ${figure(charts, {
      id: chartId.vsLength(info),
      caption: html`The same points against the number of complex symbols per item (logarithmic), one panel
      per selected ${esNo}.`,
      missing: `${info.label} against length (at least two lengths)`,
    })}
    ${
      isLeading
        ? tables
        : html`<details>
            <summary>${info.label} in numbers</summary>
            ${tables}
          </details>`
    }`;
}

function trainingSection({ figures }: Results, charts: readonly DrawnChart[]): Html {
  return html`${figure(charts, {
    id: chartId.trainingLoss,
    caption:
      "Training loss per stage (a weighted sum, no unit): raw values faint, moving average over a 25th of the curve strong.",
    missing: "Training loss",
  })}
  ${figures.map((info) =>
    figure(charts, {
      id: chartId.vsStep(info),
      caption: `${info.label} during training, per stage.`,
    }),
  )}
  ${figure(charts, {
    id: chartId.otherCurves,
    caption: "Other quantities recorded during training, each in its own unit.",
  })}`;
}
