// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../../results/results.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { channelsOf } from "../selection.ts";

const CHANNEL_FORMULAS: Readonly<Record<string, Html>> = {
  awgn: html`<dt>AWGN</dt>
    <dd><code>h = 1</code></dd>`,
  "rayleigh-block": html`<dt>Rayleigh block fading</dt>
    <dd><code>h ~ CN(0, 1)</code>, so <code>E|h|² = 1</code>; one gain per image</dd>`,
  rayleigh: html`<dt>Rayleigh fading</dt>
    <dd><code>h ~ CN(0, 1)</code>, so <code>E|h|² = 1</code>; one gain per image, block or symbol</dd>`,
  rician: html`<dt>Rician fading</dt>
    <dd>
      <code>h = √(K/(K + 1)) e<sup>jφ</sup> + CN(0, 1/(K + 1))</code>, so <code>E|h|² = 1</code> for every K
    </dd>`,
  ofdm: html`<dt>OFDM over multipath</dt>
    <dd>
      Rayleigh taps of an exponential profile, <code>Σ E|h<sub>l</sub>|² = 1</code>; E<sub>s</sub>/N<sub
        >0</sub
      >
      per subcarrier, without the cyclic prefix
    </dd>`,
};

/** The formulas of the kinds of channels among these. */
function channelFormulas(channels: readonly string[]): Html[] {
  const models = new Set(channels.map((channel) => channel.replace(/\(.*$/, "")));
  return [...models].flatMap((model) => CHANNEL_FORMULAS[model] ?? []);
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
      <dd><code>(1/k) Σ |x<sub>i</sub>|² = 1</code> for every image and every increment of k symbols</dd>
      ${channelFormulas(channelsOf(results))}
      <dt>Length and CBR</dt>
      <dd>length = complex channel uses per image; <code>CBR = length / (height · width · 3)</code></dd>
      <dt>Intervals</dt>
      <dd>95 % confidence; n counts independent images or training seeds</dd>
      <dt>Share a/b</dt>
      <dd>
        <code>ln(a/b) − √(ln²(a/a<sub>low</sub>) + ln²(b<sub>high</sub>/b))</code> to
        <code>ln(a/b) + √(ln²(a<sub>high</sub>/a) + ln²(b/b<sub>low</sub>))</code>, exponentiated: as if a and
        b were independent, hence rather too wide for two systems on the same images
      </dd>
      <dt>R² of the embedding</dt>
      <dd>share of the embedding's variance that arrives; 1 is exact, 0 is no better than the mean</dd>
      <dt>Identity among 100</dt>
      <dd>how often the received embedding finds its own image among 100 images; chance is 1 %</dd>
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
