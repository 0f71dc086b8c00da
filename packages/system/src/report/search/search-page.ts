// SPDX-License-Identifier: Apache-2.0
import type { SearchResults } from "../../search/search-results.ts";
import { html } from "../html.ts";
import { htmlDocument } from "../html-document.ts";
import { provenanceFacts } from "../sections/provenance.ts";
import { sectionBodies, sectionLinks } from "../sections/section.ts";
import type { SearchChart } from "./search-charts.ts";
import { searchSections } from "./search-sections.ts";

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
