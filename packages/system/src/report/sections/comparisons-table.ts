// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../../results/results.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { decimal, signedInterval, signedPoints } from "../number-format.ts";
import { containsZero, shownComparisons } from "../selection.ts";

/** Paired differences in numbers, with what the interval says and the note of the run. */
export function comparisonsTable(results: Results): Html {
  const comparisons = shownComparisons(results);
  if (comparisons.length === 0) return html``;
  const numLeftOut = results.comparisons.length - comparisons.length;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Comparisons">
    <table>
      <thead>
        <tr>
          <th scope="col">comparison</th>
          <th scope="col">difference [points]</th>
          <th scope="col">95 % interval</th>
          <th scope="col">n</th>
          <th scope="col" class="text">reading</th>
        </tr>
      </thead>
      <tbody>
        ${comparisons.map(
          ({ label, difference, note }) =>
            html`<tr>
              <th scope="row">${label}</th>
              <td>${signedPoints(difference.value)}</td>
              <td>${signedInterval(difference)}</td>
              <td>${decimal(difference.n, 0)}</td>
              <td class="text">
                ${containsZero(difference) ? "no difference shown" : "interval excludes zero"}${note === undefined ? "" : `; ${note}`}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${numLeftOut === 0 ? html`` : html`<p>${numLeftOut} more, at other operating points, are in comparisons.csv.</p>`}
  </div> `;
}
