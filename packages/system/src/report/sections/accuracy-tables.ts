// SPDX-License-Identifier: Apache-2.0
import type { Line, Measured, Point, Results } from "../../results/results.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import { decibels, decimal, NOT_MEASURED, percent, percentInterval } from "../number-format.ts";
import { ratioOf } from "../relative.ts";
import { channelName, cleanOf, esNoDbOf, lengthsOf } from "../selection.ts";

/** Accuracy of every line in numbers: the link's tables open, all others folded. */
export function accuracyTables(results: Results): Html {
  const student = cleanOf(results, "student")?.accuracy;
  const lines = results.lines.filter(({ points }) => points.length > 0);
  if (lines.length === 0) return html`<p class="absent">Accuracy over a channel: ${NOT_MEASURED}.</p>`;
  const tables = (list: readonly Line[]): Html[] => list.map((line) => accuracyTable(line, student));
  const others = lines.filter(({ role }) => role !== "link");
  const relative =
    student === undefined ? "" : `; below it, the share of the clean student's ${percent(student.value)}`;
  return html`<p>Accuracy [%] with its 95 % interval${relative}. n is the number of independent images.</p>
    ${tables(lines.filter(({ role }) => role === "link"))}
    ${
      others.length > 0
        ? html`<details>
            <summary>Rivals, baselines and limits (${others.length} tables)</summary>
            ${tables(others)}
          </details>`
        : undefined
    } `;
}

function accuracyTable(line: Line, student: Measured | undefined): Html {
  const columns = esNoDbOf([line]);
  const images = [...new Set(line.points.map(({ accuracy }) => accuracy.n))].toSorted((a, b) => a - b);
  return html`<div
    class="scroll"
    tabindex="0"
    role="group"
    aria-label="${line.label}, ${channelName(line.channel)}"
  >
    <table class="grid">
      <caption>
        ${line.label}, ${channelName(line.channel)} (n =
        ${images.map((n) => decimal(n, 0)).join(", ")})${
          line.sirDb === undefined ? undefined : `, SIR ${decimal(line.sirDb, 1)} dB`
        }
      </caption>
      <thead>
        <tr>
          <th scope="col">symbols</th>
          <th scope="col">CBR</th>
          ${columns.map((esNoDb) => html`<th scope="col">${decibels(esNoDb)}${ratioAt(line, esNoDb)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${lengthsOf([line]).map((numSymbols) => tableRow(line, { numSymbols, columns, student }))}
      </tbody>
    </table>
  </div> `;
}

/** The ratio to noise and interference at an Es/N0, where there is interference. */
function ratioAt({ points }: Line, esNoDb: number): Html | undefined {
  const sinrDb = points.find((point) => point.esNoDb === esNoDb)?.sinrDb;
  return sinrDb === undefined ? undefined : html` <small>SINR ${decimal(sinrDb, 1)} dB</small>`;
}

function tableRow(
  line: Line,
  {
    numSymbols,
    columns,
    student,
  }: { numSymbols: number; columns: readonly number[]; student: Measured | undefined },
): Html {
  const row = line.points.filter((point) => point.numSymbols === numSymbols);
  const cbr = row[0] === undefined ? "" : decimal(row[0].cbr, 4);
  const cells = columns.map((esNoDb) =>
    cell(
      row.find((point) => point.esNoDb === esNoDb),
      student,
    ),
  );
  return html`<tr>
    <th scope="row">${numSymbols}</th>
    <td>${cbr}</td>
    ${cells}
  </tr>`;
}

function cell(point: Point | undefined, student: Measured | undefined): Html {
  if (point === undefined) return html`<td class="absent">–</td>`;
  const share = student && ratioOf(point.accuracy, student);
  return html`<td>
    <b>${decimal(100 * point.accuracy.value, 1)}</b>
    <small>${percentInterval(point.accuracy)}</small>
    ${share === undefined ? undefined : html`<small class="share">${percent(share.value)}</small>`}
  </td>`;
}
