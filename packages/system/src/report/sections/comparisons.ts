// SPDX-License-Identifier: Apache-2.0
import { chartId, type DrawnChart } from "../charts.ts";
import type { Comparison, FigureInfo, Results } from "../../results/results.ts";
import { decimal, differenceUnit, NOT_MEASURED, signedEnds, signedNumber } from "../number-format.ts";
import { type Html, html } from "../markup.ts";
import { containsZero, shownComparisons } from "../selection.ts";
import { figure, scrollable } from "./section.ts";

/** Paired differences of each figure as a chart and in numbers. */
export function comparisonsSection(results: Results, charts: readonly DrawnChart[]): Html {
  const shown = shownComparisons(results);
  if (shown.length === 0) return html`<p class="absent">Comparisons: ${NOT_MEASURED}.</p>`;
  const numLeftOut = results.comparisons.length - shown.length;
  const infos = [...results.figures, ...results.cleanFigures];
  return html`${infos.map((info) => ofFigure(info, shown, charts))}
  ${numLeftOut === 0 ? html`` : html`<p>${numLeftOut} more, at other operating points, are in comparisons.csv.</p>`}`;
}

function ofFigure(info: FigureInfo, shown: readonly Comparison[], charts: readonly DrawnChart[]): Html {
  const own = shown.filter((comparison) => comparison.figure === info.id);
  if (own.length === 0) return html``;
  const unit = differenceUnit(info);
  return html`${figure(charts, {
    id: chartId.comparisons(info),
    caption: `${info.label}: paired differences over the same items, fades and noise, with 95 % intervals. A hollow dot: the
      interval contains zero.`,
  })}
  ${scrollable(
    `Comparisons, ${info.label}`,
    html`<table>
      <thead>
        <tr>
          <th scope="col">comparison</th>
          <th scope="col">difference${unit === "" ? "" : ` [${unit}]`}</th>
          <th scope="col">95 % interval</th>
          <th scope="col">n</th>
          <th scope="col" class="text">reading</th>
        </tr>
      </thead>
      <tbody>
        ${own.map(
          ({ label, difference, note }) =>
            html`<tr>
              <th scope="row">${label}</th>
              <td>${signedNumber(info, difference.value)}</td>
              <td>${signedEnds(info, difference)}</td>
              <td>${decimal(difference.n, 0)}</td>
              <td class="text">
                ${containsZero(difference) ? "no difference shown" : "interval excludes zero"}${note === undefined ? "" : `; ${note}`}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  )}`;
}
