// SPDX-License-Identifier: Apache-2.0
import type { CleanLine, FigureInfo, Results } from "../../results/results.ts";
import {
  decimal,
  figureValue,
  figureWithInterval,
  NOT_MEASURED,
  percent,
  percentInterval,
} from "../number-format.ts";
import { type Html, html } from "../markup.ts";
import { shareOf } from "../relative.ts";
import { cleanMeasured, cleanOf, leadingFigure } from "../selection.ts";
import { scrollable } from "./section.ts";

/** Every figure of the networks without a channel, with intervals, and the leading one as a share of the teacher's. */
export function cleanTable(results: Results): Html {
  const { clean, figures, cleanFigures } = results;
  if (clean.length === 0) return html`<p class="absent">Without a channel: ${NOT_MEASURED}.</p>`;
  const shown = [...figures, ...cleanFigures].filter(({ id }) => clean.some((line) => line.figures[id]));
  const teacher = cleanOf(results, "teacher");
  const leading = leadingFigure(results);
  return scrollable(
    "Without a channel",
    html`<table>
      <thead>
        <tr>
          <th scope="col">network</th>
          ${shown.map((info) => html`<th scope="col">${info.label} [95 % interval]</th>`)}
          <th scope="col">n</th>
          ${leading.isShare ? html`<th scope="col">share of the teacher</th>` : undefined}
        </tr>
      </thead>
      <tbody>
        ${clean.map((line) => cleanRow(line, { shown, teacher, leading }))}
      </tbody>
    </table>`,
  );
}

function cleanRow(
  line: CleanLine,
  columns: {
    readonly shown: readonly FigureInfo[];
    readonly teacher: CleanLine | undefined;
    readonly leading: FigureInfo;
  },
): Html {
  const { shown, teacher, leading } = columns;
  const own = cleanMeasured(line, leading);
  const share = shareOf(leading, own, cleanMeasured(teacher, leading));
  const isTeacher = line === teacher;
  const shareText = share === undefined ? NOT_MEASURED : `${percent(share.value)} ${percentInterval(share)}`;
  return html`<tr>
    <th scope="row">${line.label}</th>
    ${shown.map((info) => html`<td>${valueText(line, info)}</td>`)}
    <td>${own === undefined ? "" : decimal(own.n, 0)}</td>
    ${leading.isShare ? html`<td>${isTeacher ? "" : shareText}</td>` : undefined}
  </tr>`;
}

/** The value, with its interval where it has one; a dash where the network has no such figure. */
function valueText(line: CleanLine, info: FigureInfo): string {
  const value = line.figures[info.id];
  if (value === undefined) return "–";
  return "n" in value ? figureWithInterval(info, value) : figureValue(info, value.value);
}
