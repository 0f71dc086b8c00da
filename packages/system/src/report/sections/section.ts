// SPDX-License-Identifier: Apache-2.0
import { type Html, html } from "../html.ts";

/** A titled part of a page. */
export interface Section {
  /** Anchor on the page. */
  readonly id: string;
  readonly title: string;
  readonly body: Html;
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
