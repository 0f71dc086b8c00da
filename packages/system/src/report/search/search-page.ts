// SPDX-License-Identifier: Apache-2.0
import { formatGenotype } from "../../cells/genotype.ts";
import type { SearchResults } from "../../search/search-results.ts";
import { html, type Html, htmlDocument } from "../markup.ts";
import { provenanceFacts } from "../sections/provenance.ts";
import { figure, type Section, sectionBodies, sectionLinks } from "../sections/section.ts";
import { leadingFigure, searchFindings } from "./findings.ts";
import { mainTrace, type SearchChart } from "./search-charts.ts";
import {
  alarmList,
  architectureTable,
  correlationTable,
  costTable,
  searchComparisons,
  selectionTable,
  traceTable,
} from "./search-tables.ts";

/** A search as one HTML document that needs nothing else: no script, no font, no network. */
export function searchPage(results: SearchResults, charts: readonly SearchChart[]): string {
  const sections = [
    ...searchSections(results, charts),
    { id: "provenance", title: "Provenance", body: provenanceFacts(results.provenance) },
  ];
  return htmlDocument(
    `${results.name} – semlink search`,
    html`<header>
        <p class="eyebrow">semlink search</p>
        <h1>${results.name}</h1>
        ${sectionLinks(sections)}
      </header>
      <main>${sectionBodies(sections)}</main>
      <footer>
        Made from search.json (${results.schema}) alone; the charts lie beside this page as SVG and PNG, the
        numbers as CSV.
      </footer>`,
  );
}

/** Everything that a page says of a search, in its order. */
function searchSections(results: SearchResults, charts: readonly SearchChart[]): Section[] {
  return [
    { id: "search-worth", title: "What the search was worth", body: worth(results, charts) },
    { id: "search-architectures", title: "Architectures", body: architectureTable(results) },
    { id: "search-comparisons", title: "Against the controls", body: againstControls(results) },
    { id: "search-cells", title: "The chosen cells", body: chosenCells(results, charts) },
    { id: "search-evolution", title: "How the search went", body: evolution(results, charts) },
    { id: "search-selection", title: "Selection and cost", body: selection(results) },
  ];
}

/** The findings as a list of sentences. */
function worth(results: SearchResults, charts: readonly SearchChart[]): Html {
  return html`<ul class="lead">
      ${searchFindings(results).map((sentence) => html`<li>${sentence}</li> `)}
    </ul>
    ${figure(charts, {
      id: "search-pareto",
      caption: `Final ${leadingFigure(results).label} against cost, all retrained alike. A dot is the mean over seeds, its bar the 95 % interval of that
        mean, where two or more were run; the ring marks the chosen architecture, the dashed line the front of those with
        a bar.`,
      missing: `Final ${leadingFigure(results).label} against cost`,
    })}`;
}

function againstControls(results: SearchResults): Html {
  return html`${searchComparisons(results)} ${correlationTable(results)}`;
}

function chosenCells(results: SearchResults, charts: readonly SearchChart[]): Html {
  const genotype = results.architectures.find(({ id }) => id === results.chosen)?.genotype;
  return html`${figure(charts, {
    id: "search-cells",
    caption: `Both cells: cell k−2 and cell k−1 are the outputs of the cells before the last and the last; a node adds what its
      two primitives make; the output joins the channels of all nodes. "/2": with stride 2.`,
    missing: "Cells of a genotype",
  })}
  ${
    genotype
      ? html`<details>
          <summary>Genotype</summary>
          <pre><code>${formatGenotype(genotype)}</code></pre>
        </details>`
      : undefined
  }`;
}

function evolution(results: SearchResults, charts: readonly SearchChart[]): Html {
  const name = mainTrace(results)?.label ?? "";
  const strengths = `${name}: strength of every primitive, softmax(alpha) times the weight of its edge; 0 once pruned. Titles of
    edges that the genotype keeps name their primitive.`;
  return html`${figure(charts, {
    id: "search-dynamics",
    caption: `${name}: losses of the weights (training half) and of alpha (validation half), entropy, cost, shares of task and
      penalty in the gradient on alpha, ${leadingFigure(results).label} of the whole supernet, and edges that changed.`,
    missing: "The search over its epochs",
  })}
  ${figure(charts, { id: "search-strengths-normal", caption: `Normal cell. ${strengths}`, missing: "Strengths" })}
  ${figure(charts, { id: "search-strengths-reduce", caption: `Reduction cell. ${strengths}`, missing: "Strengths" })}
  ${traceTable(results)} ${alarmList(results)}`;
}

function selection(results: SearchResults): Html {
  return html`${selectionTable(results)} ${costTable(results)}`;
}

/** The same as the body of one section of a longer page. */
export function searchSection(results: SearchResults, charts: readonly SearchChart[]): Html {
  return html`${searchSections(results, charts).map(
    ({ id, title, body }) =>
      html`<h3 id="${id}">${title}</h3>
        ${body}`,
  )}`;
}
