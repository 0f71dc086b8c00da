// SPDX-License-Identifier: Apache-2.0
import { Html, html } from "../html.ts";

/** A column: its heading, and whether its cells are words. */
export interface DataColumn {
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
