// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../results/results.ts";
import type { SearchResults } from "../search/search-results.ts";
import type { DrawnChart } from "./charts.ts";
import { Html, html } from "./html.ts";
import { htmlDocument } from "./html-document.ts";
import type { SearchChart } from "./search/search-charts.ts";
import { searchSection } from "./search/search-sections.ts";
import { accuracyTables } from "./sections/accuracy-tables.ts";
import { channelUsesTables } from "./sections/channel-uses-table.ts";
import { cleanTable } from "./sections/clean-table.ts";
import { comparisonsTable } from "./sections/comparisons-table.ts";
import { conventions } from "./sections/conventions.ts";
import { figure } from "./sections/figure.ts";
import { gapTable } from "./sections/gap-table.ts";
import { keyFigures } from "./sections/key-figures.ts";
import { ledgerTable } from "./sections/ledger-table.ts";
import { mismatchSection } from "./sections/mismatch.ts";
import { provenanceSection } from "./sections/provenance.ts";
import { type Section, sectionBodies, sectionLinks } from "./sections/section.ts";
import { statement } from "./sections/statement.ts";

/** What a run's search found, and its charts. */
export interface ReportedSearch {
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
  return [
    { id: "accuracy", title: "Accuracy over the channel", body: accuracySection(charts) },
    { id: "embedding", title: "What a label cannot give", body: embeddingSection(charts) },
    {
      id: "numbers",
      title: "Accuracy in numbers",
      body: html`${accuracyTables(results)}${gapTable(results)}`,
    },
    { id: "clean", title: "Without a channel", body: cleanTable(results) },
    ...(results.matrix
      ? [{ id: "mismatch", title: "Under other conditions", body: mismatchSection(results.matrix, charts) }]
      : []),
    { id: "comparisons", title: "Comparisons", body: comparisonsSection(results, charts) },
    {
      id: "cost",
      title: "Parameters, operations and channel uses",
      body: html`${ledgerTable(results)}${channelUsesTables(results)}`,
    },
    { id: "training", title: "Training", body: trainingSection(charts) },
    ...(search === null
      ? []
      : [{ id: "search", title: "Architecture search", body: searchSection(search.results, search.charts) }]),
    { id: "conventions", title: "Conventions and formulas", body: conventions(results) },
    { id: "provenance", title: "Provenance", body: provenanceSection(results) },
  ];
}

function accuracySection(charts: readonly DrawnChart[]): Html {
  const esNo = html`E<sub>s</sub>/N<sub>0</sub>`;
  return html`${figure(charts, {
    id: "accuracy-vs-es-no",
    caption: html`Top-1 accuracy on the test images against ${esNo}, one panel per length, one row per
    channel, common axes. Shaded: 95 % interval. Horizontal lines: teacher and student without a channel.`,
    missing: "Accuracy against Es/N0",
  })}
  ${figure(charts, {
    id: "accuracy-vs-length",
    caption: html`The same points against the number of complex symbols per image (logarithmic), one panel per
    selected ${esNo}.`,
    missing: "Accuracy against length (at least two lengths)",
  })}`;
}

function embeddingSection(charts: readonly DrawnChart[]): Html {
  return html`<p>
      For one closed question a label is enough. The link delivers the embedding itself, so that questions may
      be asked after the transmission; these figures measure how much of it arrives.
    </p>
    ${figure(charts, {
      id: "embedding-vs-es-no",
      caption: "R² of the received embedding: 1 is exact, 0 is no better than the mean embedding.",
      missing: "R² of the received embedding",
    })}
    ${figure(charts, {
      id: "identity-vs-es-no",
      caption: "How often the received embedding finds its own image among 100 images.",
      missing: "Identity among 100 images",
    })}`;
}

function comparisonsSection(results: Results, charts: readonly DrawnChart[]): Html {
  return html`${figure(charts, {
    id: "comparisons",
    caption: `Paired differences over the same images, fades and noise, with 95 % intervals. A hollow dot: the interval
      contains zero.`,
    missing: "Comparisons",
  })}
  ${comparisonsTable(results)}`;
}

function trainingSection(charts: readonly DrawnChart[]): Html {
  const hasOthers = charts.some(({ id }) => id === "other-curves");
  return html`${figure(charts, {
    id: "training-loss",
    caption:
      "Training loss per stage (a weighted sum, no unit): raw values faint, moving average over a 25th of the curve strong.",
    missing: "Training loss",
  })}
  ${figure(charts, {
    id: "validation-accuracy",
    caption: "Accuracy during training, per stage.",
    missing: "Validation accuracy",
  })}
  ${
    hasOthers
      ? figure(charts, {
          id: "other-curves",
          caption: "Other quantities recorded during training, each in its own unit.",
          missing: "Other curves",
        })
      : undefined
  }`;
}
