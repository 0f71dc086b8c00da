// SPDX-License-Identifier: Apache-2.0
import type { Line, Point, Results } from "../../results/results.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { decibels, signedPoints } from "../number-format.ts";
import { channelName, linkLine, pointAt } from "../selection.ts";

interface Gap {
  readonly difference: number;
  readonly point: Point;
}

/** The link's accuracy minus that of every other line, over all common points: lowest, mean, highest. */
export function gapTable(results: Results): Html {
  const rows = results.lines
    .filter(({ role }) => role !== "link")
    .map((line) => ({ line, gaps: gapsTo(line, linkLine(results, line.channel)) }))
    .filter(({ gaps }) => gaps.length > 0);
  if (rows.length === 0) return html``;
  return html`<h3>The link minus every other line</h3>
    <p>
      Differences of the measured accuracies over all points that both lines have, in percentage points.
      Differences with intervals stand under Comparisons.
    </p>
    <div class="scroll" tabindex="0" role="group" aria-label="The link minus every other line">
      <table>
        <thead>
          <tr>
            <th scope="col">link minus</th>
            <th scope="col" class="text">channel</th>
            <th scope="col">lowest</th>
            <th scope="col" class="text">where</th>
            <th scope="col">mean</th>
            <th scope="col">highest</th>
            <th scope="col" class="text">where</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(({ line, gaps }) => gapRow(line, gaps))}
        </tbody>
      </table>
    </div> `;
}

function gapsTo(line: Line, link: Line | undefined): Gap[] {
  return line.points.flatMap((point): Gap[] => {
    const own = link && pointAt(link, point);
    return own === undefined ? [] : [{ difference: own.accuracy.value - point.accuracy.value, point }];
  });
}

function gapRow(line: Line, gaps: readonly Gap[]): Html {
  const sorted = gaps.toSorted((a, b) => a.difference - b.difference);
  const mean = gaps.reduce((sum, { difference }) => sum + difference, 0) / gaps.length;
  return html`<tr>
    <th scope="row">${line.label}</th>
    <td class="text">${channelName(line.channel)}</td>
    ${extreme(sorted[0])}
    <td>${signedPoints(mean)}</td>
    ${extreme(sorted.at(-1))}
  </tr>`;
}

function extreme(gap: Gap | undefined): Html {
  if (gap === undefined)
    return html`<td></td>
      <td></td>`;
  const { numSymbols, esNoDb } = gap.point;
  return html`<td>${signedPoints(gap.difference)}</td>
    <td class="text">${numSymbols} symbols, ${decibels(esNoDb)}</td>`;
}
