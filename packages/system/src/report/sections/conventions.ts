// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../../results/results.ts";
import { html, type Html } from "../markup.ts";
import { figureValue } from "../number-format.ts";

/** What the channels of the results do, those with one formula together. */
function channelFormulas({ channels }: Results): Html[] {
  const formulas = [...new Set(channels.flatMap(({ formula }) => formula ?? []))];
  return formulas.map((formula) => {
    const labels = channels.filter((channel) => channel.formula === formula).map(({ label }) => label);
    return html`<dt>${labels.join("; ")}</dt>
      <dd><code>${formula}</code></dd>`;
  });
}

/** The formulas behind every number on the page, and the conventions that the run wrote down. */
export function conventions(results: Results): Html {
  return html`<dl class="formulas">
      <dt>Received symbol</dt>
      <dd>
        <code>y = h x + n</code> with <code>n ~ CN(0, N<sub>0</sub>)</code>, that is N<sub>0</sub>/2 per real
        axis
      </dd>
      <dt>E<sub>s</sub>/N<sub>0</sub> [dB]</dt>
      <dd>
        <code>10 log<sub>10</sub>(E<sub>s</sub>/N<sub>0</sub>)</code> with <code>E<sub>s</sub> = 1</code>, per
        complex channel use
      </dd>
      <dt>Power</dt>
      <dd><code>(1/k) Σ |x<sub>i</sub>|² = 1</code> for every item and every increment of k symbols</dd>
      ${channelFormulas(results)}
      <dt>Length and CBR</dt>
      <dd>length = complex channel uses per item; <code>CBR = length / (height · width · channels)</code></dd>
      <dt>Intervals</dt>
      <dd>95 % confidence; n counts independent items or training seeds</dd>
      <dt>Share a/b</dt>
      <dd>
        <code>ln(a/b) − √(ln²(a/a<sub>low</sub>) + ln²(b<sub>high</sub>/b))</code> to
        <code>ln(a/b) + √(ln²(a<sub>high</sub>/a) + ln²(b/b<sub>low</sub>))</code>, exponentiated: as if a and
        b were independent, hence rather too wide for two systems on the same items
      </dd>
      ${[...results.figures, ...results.cleanFigures].map(
        (info) =>
          html`<dt>${info.label}</dt>
            <dd>
              ${info.meaning}${info.chance === null ? "" : `; chance is ${figureValue(info, info.chance)}`}
            </dd>`,
      )}
      <dt>MAC</dt>
      <dd>one multiply-accumulate, 2 FLOP</dd>
    </dl>
    ${
      results.conventions.length > 0
        ? html`<h3>As recorded by the run</h3>
            <ul>
              ${results.conventions.map((line) => html`<li>${line}</li>`)}
            </ul>`
        : undefined
    } `;
}
