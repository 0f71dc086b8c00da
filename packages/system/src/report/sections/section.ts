// SPDX-License-Identifier: Apache-2.0
import { Html, html } from "../markup.ts";
import { NOT_MEASURED } from "../number-format.ts";

/** A titled part of a page. */
export interface Section {
  /** Anchor on the page. */
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

/** A drawn chart as a page shows it. */
interface NumberedChart {
  readonly id: string;
  readonly svg: string;
  readonly figureNumber: number;
}

/** Links to all sections of a page. */
export function sectionLinks(sections: readonly Section[]): Html {
  return html`<nav aria-label="Sections">
    <ul>
      ${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li> `)}
    </ul>
  </nav>`;
}

/** The sections themselves, one below the other. */
export function sectionBodies(sections: readonly Section[]): Html {
  return html`${sections.map(
    ({ id, title, body }) =>
      html`<section id="${id}">
        <h2>${title}</h2>
        ${body}
      </section> `,
  )}`;
}

/**
 * A chart with its number and caption.
 *
 * @param options - missing names what is said to be not measured where the chart could not be drawn; without it nothing
 *   is said
 */
export function figure(
  charts: readonly NumberedChart[],
  { id, caption, missing }: { id: string; caption: string | Html; missing?: string },
): Html {
  const chart = charts.find((drawn) => drawn.id === id);
  if (chart === undefined) {
    return missing === undefined ? html`` : html`<p class="absent">${missing}: ${NOT_MEASURED}.</p> `;
  }
  return html`<figure id="figure-${chart.id}">
    ${scrollable(`Figure ${chart.figureNumber}`, new Html(chart.svg))}
    <figcaption><b>Figure ${chart.figureNumber}.</b> ${caption}</figcaption>
  </figure> `;
}

/** A wide chart or table that scrolls by itself, also by keyboard, and has a name for screen readers. */
export function scrollable(label: string, content: Html): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}">${content}</div> `;
}

/** A card with one number: what it is, the number, what it rests on. */
export function card({ name, value, detail }: { name: string; value: string; detail: string }): Html {
  return html`<div class="card">
    <dt>${name}</dt>
    <dd class="value">${value}</dd>
    <dd class="detail">${detail}</dd>
  </div> `;
}

/** A column: its heading, and whether its cells are words. */
interface DataColumn {
  readonly title: string;
  readonly isText?: boolean;
}

/** A table that scrolls by itself on a narrow page; the first cell of a row is its heading. */
export function dataTable(
  label: string,
  columns: readonly DataColumn[],
  rows: readonly { readonly cells: readonly (string | Html)[]; readonly isStrong?: boolean }[],
): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}">
    <table>
      <caption>
        ${label}
      </caption>
      <thead>
        <tr>
          ${columns.map(({ title, isText }) => html`<th scope="col" class="${classOf(isText)}">${title}</th> `)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(({ cells: [heading = "", ...cells], isStrong }) => {
          return html`<tr class="${isStrong ? "sum" : ""}">
            <th scope="row">${heading}</th>
            ${cells.map((cell, index) => html`<td class="${classOf(columns[index + 1]?.isText)}">${cell}</td> `)}
          </tr> `;
        })}
      </tbody>
    </table>
  </div> `;
}

function classOf(isText: boolean | undefined): string {
  return isText ? "text" : "";
}
