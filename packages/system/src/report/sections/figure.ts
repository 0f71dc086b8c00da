// SPDX-License-Identifier: Apache-2.0
import { Html, html } from "../html.ts";
import { NOT_MEASURED } from "../number-format.ts";

/** A drawn chart as a page shows it. */
interface NumberedChart<Id extends string> {
  readonly id: Id;
  readonly svg: string;
  readonly figureNumber: number;
}

/** A chart with its number and caption; where it could not be drawn, one line that says what is missing. */
export function figure<Id extends string>(
  charts: readonly NumberedChart<Id>[],
  { id, caption, missing }: { id: Id; caption: string | Html; missing: string },
): Html {
  const chart = charts.find((drawn) => drawn.id === id);
  if (chart === undefined) return html`<p class="absent">${missing}: ${NOT_MEASURED}.</p> `;
  return html`<figure id="figure-${chart.id}">
    <div class="scroll" tabindex="0" role="group" aria-label="Figure ${chart.figureNumber}">
      ${new Html(chart.svg)}
    </div>
    <figcaption><b>Figure ${chart.figureNumber}.</b> ${caption}</figcaption>
  </figure> `;
}
