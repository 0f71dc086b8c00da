// SPDX-License-Identifier: Apache-2.0
import { chartId, type DrawnChart } from "../charts.ts";
import type { Matrix, MatrixCell, MatrixTable } from "../../results/matrix.ts";
import type { FigureInfo, Results } from "../../results/results.ts";
import {
  decibels,
  decimal,
  differenceUnit,
  differenceWithInterval,
  figureInterval,
  figureNumber,
  labelWithUnit,
  signedEnds,
  signedNumber,
} from "../number-format.ts";
import { type Html, html } from "../markup.ts";
import { cellAt, figuresOfAxis, largestLosses, leadingFigure, trainingOf } from "../selection.ts";
import { figure, scrollable } from "./section.ts";

/** The mismatch matrix: what each axis costs the link at worst, then heat maps and a table for each axis. */
export function mismatchSection(results: Results, matrix: Matrix, charts: readonly DrawnChart[]): Html {
  const leading = leadingFigure(results);
  const counts = matrix.axes.flatMap(({ cells }) =>
    cells.flatMap(({ figures }) => figures[leading.id]?.n ?? []),
  );
  return html`<p>
      Lines under conditions they were not made for, at ${matrix.numSymbols} symbols, on
      ${[...new Set(counts)].map((n) => decimal(n, 0)).join(", ")} test items. The first column of each table
      is the reference: a change is the paired difference to it, on the same items.
    </p>
    ${lossTable(matrix, leading)} ${matrix.axes.map((axis) => axisPart(results, matrix, axis, charts))}`;
}

function axisPart(results: Results, matrix: Matrix, axis: MatrixTable, charts: readonly DrawnChart[]): Html {
  const infos = figuresOfAxis(results, axis);
  const map = (info: FigureInfo): Html =>
    figure(charts, {
      id: chartId.mismatch(axis.id, info),
      caption: html`${axis.title}: ${labelWithUnit(info)}, one panel per E<sub>s</sub>/N<sub>0</sub>. The
      colours mean the same in all maps of this figure.`,
      missing: axis.title,
    });
  const [first, ...others] = infos;
  return html`<h3>${axis.title}</h3>
    ${first === undefined ? undefined : map(first)}
    <details>
      <summary>${axis.title}: other figures, and all in numbers</summary>
      ${others.map(map)}
      ${matrix.esNoDb.map((level, index) => axisTable(results, { matrix, axis, infos, level, index }))}
    </details>`;
}

function lossTable(matrix: Matrix, info: FigureInfo): Html {
  const losses = largestLosses(matrix, info);
  if (losses.length === 0) return html``;
  return scrollable(
    "Largest losses",
    html`<table>
      <caption>
        Largest loss of the ${losses[0]?.system} on each axis: ${info.label}
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
              <td>${differenceWithInterval(info, change)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}

function axisTable(
  results: Results,
  options: {
    readonly matrix: Matrix;
    readonly axis: MatrixTable;
    readonly infos: readonly FigureInfo[];
    readonly level: number;
    readonly index: number;
  },
): Html {
  const { matrix, axis, infos, level, index } = options;
  const title = `${axis.title}, ${decibels(level)}`;
  const quantities = infos.flatMap((info) => [labelWithUnit(info), changeLabel(info)]);
  return scrollable(
    title,
    html`<table class="grid">
      <caption>
        ${title}: ${quantities.join(", ")}
      </caption>
      <thead>
        <tr>
          <th scope="col" class="text">system</th>
          ${axis.conditions.map((condition) => {
            return html`<th scope="col">${condition.name}${overhead(condition, index)}</th>`;
          })}
        </tr>
      </thead>
      <tbody>
        ${matrix.systems.map(
          (system) =>
            html`<tr>
              <th scope="row" class="text">${system.label} <small>${trainingOf(results, system)}</small></th>
              ${axis.conditions.map(({ name }) => {
                return field(cellAt(axis, { system: system.id, condition: name, esNoDb: level }), infos);
              })}
            </tr>`,
        )}
      </tbody>
    </table>`,
  );
}

function changeLabel(info: FigureInfo): string {
  const unit = differenceUnit(info);
  return unit === "" ? "change" : `change [${unit}]`;
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

/** All figures of a cell: the leading one large, the others under their names. */
function field(cell: MatrixCell | undefined, infos: readonly FigureInfo[]): Html {
  if (cell === undefined) return html`<td class="absent">–</td>`;
  return html`<td>
    ${infos.map((info, index) => {
      const [measured, change] = [cell.figures[info.id], cell.changes[info.id]];
      if (measured === undefined) return undefined;
      const number = figureNumber(info, measured.value);
      return html`${index === 0 ? html`<b>${number}</b>` : html`<small class="share">${info.label} ${number}</small>`}
        <small>${figureInterval(info, measured)}</small>
        ${
          change === undefined
            ? undefined
            : html`<small>${signedNumber(info, change.value)} ${signedEnds(info, change)}</small>`
        } `;
    })}
  </td>`;
}
