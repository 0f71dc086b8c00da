// SPDX-License-Identifier: Apache-2.0
import { Html, html, htmlDocument } from "../../report/markup.ts";
import { compactCount, decibels, decimal } from "../../report/number-format.ts";
import { card, scrollable } from "../../report/sections/section.ts";
import { boundText, figureText, resolutionOf, type VerifyCheck } from "../check.ts";
import type { VerifyReport } from "../verify-report.ts";
import { THEORY_CHART_TEXTS, type TheoryChart } from "./theory-charts.ts";

/** Charts and every figure of a report as one HTML document that needs nothing else: no script, no font, no network. */
export function verifyPage(report: VerifyReport, charts: readonly TheoryChart[]): string {
  const families = [...new Set(report.checks.map(({ family }) => family))];
  return htmlDocument(
    `Radio against theory – semlink verify`,
    html`<header>
        <p class="eyebrow">semlink verify</p>
        <h1>${report.channel ?? "Radio"} against theory</h1>
        <p class="lead">${verdict(report)}</p>
        ${cards(report)}
      </header>
      <main>
        ${
          charts.length === 0
            ? html`<p class="absent">
                No chart: what was checked has no line of theory to draw. Every figure stands below.
              </p>`
            : html`<section id="charts">
                <h2>Theory and simulation</h2>
                <p>
                  Lines are theory, dots are simulated, bars reach 5 standard deviations of the simulated
                  figure to either side. A ring marks a figure outside its bound.
                </p>
                ${charts.map(figure)}
              </section>`
        }
        <section id="figures">
          <h2>Every figure</h2>
          ${families.map((family) => familyTable(family, report.checks))}
        </section>
      </main>
      <footer>Made from verify.json (${report.schema}) alone; the charts lie beside this page.</footer>`,
  );
}

function verdict({ checks, passed }: VerifyReport): string {
  if (passed) return `All ${checks.length} figures lie within their bounds.`;
  const numFailed = checks.filter((check) => !check.passed).length;
  return `${numFailed} of ${checks.length} figures lie outside their bounds.`;
}

function cards({ checks, seed, isQuick, throughput }: VerifyReport): Html {
  const numSamples = checks.reduce((sum, { n }) => sum + n, 0);
  return html`<dl class="cards">
    ${card({
      name: "figures",
      value: decimal(checks.length, 0),
      detail: isQuick ? "quick form" : "full form",
    })}
    ${card({
      name: "independent values",
      value: compactCount(numSamples),
      detail: `${decimal(numSamples, 0)}, seed ${seed}`,
    })}
    ${
      throughput
        ? card({
            name: "LDPC decoding on one core",
            value: `${decimal(throughput.mbitPerCpuSecond, 2)} Mbit/s`,
            detail:
              `${throughput.numInfoBits} bits in ${throughput.numCodedBits}, min-sum at ${decibels(throughput.esNoDb)}, ` +
              `${decimal(throughput.meanIterations, 1)} iterations; ${throughput.processor}`,
          })
        : undefined
    }
  </dl>`;
}

function figure({ id, svg }: TheoryChart, index: number): Html {
  const { label, caption } = THEORY_CHART_TEXTS[id];
  return html`<figure id="figure-${id}">
    ${scrollable(label, new Html(svg))}
    <figcaption><b>Figure ${index + 1}.</b> ${caption}</figcaption>
  </figure> `;
}

function familyTable(family: string, checks: readonly VerifyCheck[]): Html {
  const own = checks.filter((check) => check.family === family);
  const numFailed = own.filter(({ passed }) => !passed).length;
  const count = numFailed === 0 ? `${own.length}, all within` : `${numFailed} of ${own.length} outside`;
  const headings = ["where", "quantity", "theory", "simulated", "bound", "of theory", "n", "source"];
  return html`<details ${numFailed === 0 ? undefined : new Html("open")}>
    <summary>${family}: ${count}</summary>
    <div class="scroll" tabindex="0" role="group" aria-label="${family}">
      <table>
        <thead>
          <tr>
            <th></th>
            ${headings.map((heading) => html`<th class="${isText(heading) ? "text" : ""}">${heading}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${own.map(row)}
        </tbody>
      </table>
    </div>
  </details> `;
}

function row(check: VerifyCheck): Html {
  const { name, quantity, theory, simulated, bound, n, passed, detail, source } = check;
  const resolution = resolutionOf(check);
  return html`<tr>
    <th>${passed ? "✓" : "✗"}</th>
    <td class="text">${name}</td>
    <td class="text">${quantity}${detail === null ? undefined : html`<br /><b>${detail}</b>`}</td>
    <td>${figureText(theory)}</td>
    <td>${figureText(simulated)}</td>
    <td>${boundText(bound)}</td>
    <td>${resolution === undefined ? undefined : `${resolution.toPrecision(2)} %`}</td>
    <td>${decimal(n, 0)}</td>
    <td class="text">${source}</td>
  </tr> `;
}

function isText(heading: string): boolean {
  return ["where", "quantity", "source"].includes(heading);
}
