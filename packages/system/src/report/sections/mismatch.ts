// SPDX-License-Identifier: Apache-2.0
import type { DrawnChart } from "../charts.ts";
import { html } from "../html.ts";
import type { Html } from "../html.ts";
import {
  largestLosses,
  type Matrix,
  type MatrixSystem,
  type MatrixTable,
  trainingOf,
} from "../matrix-selection.ts";
import {
  decibels,
  decimal,
  percentInterval,
  signedInterval,
  signedPoints,
  signedPointsWithInterval,
} from "../number-format.ts";
import { figure } from "./figure.ts";

/** The mismatch matrix: what each axis costs the link at worst, then a heat map and a table for each axis. */
export function mismatchSection(matrix: Matrix, charts: readonly DrawnChart[]): Html {
  const images = [...new Set(matrix.axes.flatMap(({ cells }) => cells.map(({ accuracy }) => accuracy.n)))];
  return html`<p>
      Links, label lines and digital ones under conditions they were not made for, at ${matrix.numSymbols}
      symbols, on ${images.map((n) => decimal(n, 0)).join(", ")} test images. The first column of each table
      is the reference: a change is the paired difference to it, on the same images.
    </p>
    ${lossTable(matrix)}
    ${matrix.axes.map(
      (axis) =>
        html`<h3>${axis.title}</h3>
          ${figure(charts, {
            id: `mismatch-${axis.id}`,
            caption: html`${axis.title}: accuracy [%], one panel per E<sub>s</sub>/N<sub>0</sub>. The colours
            mean the same in all maps of this section.`,
            missing: axis.title,
          })}
          <details>
            <summary>${axis.title} in numbers</summary>
            ${matrix.esNoDb.map((level, index) => axisTable(axis, matrix.systems, { level, index }))}
          </details>`,
    )}`;
}

function lossTable(matrix: Matrix): Html {
  const losses = largestLosses(matrix);
  if (losses.length === 0) return html``;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Largest losses">
    <table>
      <caption>
        Largest loss of the ${losses[0]?.system} on each axis
      </caption>
      <thead>
        <tr>
          <th scope="col">axis</th>
          <th scope="col" class="text">condition</th>
          <th scope="col">E<sub>s</sub>/N<sub>0</sub></th>
          <th scope="col">change [95 % interval]</th>
        </tr>
      </thead>
      <tbody>
        ${losses.map(
          ({ axis, condition, esNoDb, change }) =>
            html`<tr>
              <th scope="row">${axis}</th>
              <td class="text">${condition}</td>
              <td>${decibels(esNoDb)}</td>
              <td>${signedPointsWithInterval(change)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div> `;
}

function axisTable(
  { title, conditions, cells }: MatrixTable,
  systems: readonly MatrixSystem[],
  { level, index }: { readonly level: number; readonly index: number },
): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${title}, ${decibels(level)}">
    <table class="grid">
      <caption>
        ${title}, ${decibels(level)}: accuracy [%], change [points], R²
      </caption>
      <thead>
        <tr>
          <th scope="col" class="text">system</th>
          ${conditions.map((condition) => html`<th scope="col">${condition.name}${overhead(condition, index)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${systems.map(
          (system) =>
            html`<tr>
              <th scope="row" class="text">${system.label} <small>${trainingOf(system)}</small></th>
              ${conditions.map(({ name }) =>
                fieldOf(
                  cells.find((cell) => {
                    return cell.system === system.id && cell.condition === name && cell.esNoDb === level;
                  }),
                ),
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div> `;
}

/** Channel uses beside the symbols and the ratio to noise and interference, where a condition has them. */
function overhead(
  { numPilots, numGuard = 0, sinrDb }: MatrixTable["conditions"][number],
  index: number,
): Html {
  const ratio = sinrDb?.[index];
  const numUses = numPilots + numGuard;
  return html`${numUses > 0 ? html` <small>+ ${numUses} channel uses</small>` : undefined}${
    ratio === undefined ? undefined : html` <small>SINR ${decimal(ratio, 1)} dB</small>`
  }`;
}

function fieldOf(cell: MatrixTable["cells"][number] | undefined): Html {
  if (cell === undefined) return html`<td class="absent">–</td>`;
  const { accuracy, change, embeddingR2 } = cell;
  return html`<td>
    <b>${decimal(100 * accuracy.value, 1)}</b>
    <small>${percentInterval(accuracy)}</small>
    ${change === undefined ? undefined : html`<small>${signedPoints(change.value)} ${signedInterval(change)}</small>`}
    ${embeddingR2 === undefined ? undefined : html`<small class="share">R² ${decimal(embeddingR2.value, 3)}</small>`}
  </td>`;
}
