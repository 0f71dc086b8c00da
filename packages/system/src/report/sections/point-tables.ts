// SPDX-License-Identifier: Apache-2.0
import type { FigureInfo, Measured, Point, ResultLine, Results } from "../../results/results.ts";
import {
  decibels,
  decimal,
  figureInterval,
  figureNumber,
  figureValue,
  labelWithUnit,
  NOT_MEASURED,
  percent,
  signedNumber,
} from "../number-format.ts";
import { type Html, html } from "../markup.ts";
import { shareOf } from "../relative.ts";
import {
  channelLabel,
  cleanMeasured,
  cleanOf,
  esNoDbOf,
  isMain,
  lengthsOf,
  mainLine,
  pointAt,
} from "../selection.ts";
import { scrollable } from "./section.ts";

interface TableColumns {
  readonly figure: FigureInfo;
  readonly numSymbols: number;
  readonly esNoDb: readonly number[];
  readonly student: Measured | undefined;
}

interface Gap {
  readonly difference: number;
  readonly point: Point;
}

/** A figure of every line that has it in numbers: the main line's tables open, all others folded. */
export function pointTables(results: Results, figure: FigureInfo): Html {
  const lines = results.lines.filter(({ points }) => points.some(({ figures }) => figures[figure.id]));
  if (lines.length === 0) return html`<p class="absent">${figure.label} over a channel: ${NOT_MEASURED}.</p>`;
  const student = cleanMeasured(cleanOf(results, "student"), figure);
  const tables = (list: readonly ResultLine[]): Html[] =>
    list.map((line) => pointTable(results, line, figure, student));
  const others = lines.filter((line) => !isMain(results, line));
  const relative =
    student === undefined || !figure.isShare
      ? ""
      : `; below it, the share of the clean student's ${figureValue(figure, student.value)}`;
  return html`<p>
      ${labelWithUnit(figure)} with its 95 % interval${relative}. n is the number of independent items.
    </p>
    ${tables(lines.filter((line) => isMain(results, line)))}
    ${
      others.length > 0
        ? html`<details>
            <summary>All other lines (${others.length} tables)</summary>
            ${tables(others)}
          </details>`
        : undefined
    }
    ${gapTable(results, figure)}`;
}

function pointTable(
  results: Results,
  line: ResultLine,
  figure: FigureInfo,
  student: Measured | undefined,
): Html {
  const esNoDb = esNoDbOf([line]);
  const counts = line.points.flatMap(({ figures }) => figures[figure.id]?.n ?? []);
  const items = [...new Set(counts)].toSorted((a, b) => a - b);
  const name = `${line.label}, ${channelLabel(results, line.channel)}`;
  const columns = { figure, esNoDb, student };
  return scrollable(
    name,
    html`<table class="grid">
      <caption>
        ${name} (n =
        ${items.map((n) => decimal(n, 0)).join(", ")})${
          line.sirDb === undefined ? undefined : `, SIR ${decimal(line.sirDb, 1)} dB`
        }
      </caption>
      <thead>
        <tr>
          <th scope="col">symbols</th>
          <th scope="col">CBR</th>
          ${esNoDb.map((level) => html`<th scope="col">${decibels(level)}${ratioAt(line, level)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${lengthsOf([line]).map((numSymbols) => tableRow(line, { ...columns, numSymbols }))}
      </tbody>
    </table>`,
  );
}

/** The ratio to noise and interference at an Es/N0, where there is interference. */
function ratioAt({ points }: ResultLine, esNoDb: number): Html | undefined {
  const sinrDb = points.find((point) => point.esNoDb === esNoDb)?.sinrDb;
  return sinrDb === undefined ? undefined : html` <small>SINR ${decimal(sinrDb, 1)} dB</small>`;
}

function tableRow(line: ResultLine, { figure, numSymbols, esNoDb, student }: TableColumns): Html {
  const row = line.points.filter((point) => point.numSymbols === numSymbols);
  const cbr = row[0] === undefined ? "" : decimal(row[0].cbr, 4);
  return html`<tr>
    <th scope="row">${numSymbols}</th>
    <td>${cbr}</td>
    ${esNoDb.map((level) => cell(row.find((point) => point.esNoDb === level)?.figures[figure.id], figure, student))}
  </tr>`;
}

function cell(measured: Measured | undefined, figure: FigureInfo, student: Measured | undefined): Html {
  if (measured === undefined) return html`<td class="absent">–</td>`;
  const share = shareOf(figure, measured, student);
  return html`<td>
    <b>${figureNumber(figure, measured.value)}</b>
    <small>${figureInterval(figure, measured)}</small>
    ${share === undefined ? undefined : html`<small class="share">${percent(share.value)}</small>`}
  </td>`;
}

/** The main line's figure minus that of every other line, over all common points: lowest, mean, highest. */
function gapTable(results: Results, figure: FigureInfo): Html {
  const rows = results.lines
    .filter((line) => !isMain(results, line))
    .map((line) => ({ line, gaps: gapsTo(line, mainLine(results, line.channel), figure) }))
    .filter(({ gaps }) => gaps.length > 0);
  if (rows.length === 0) return html``;
  const [main] = results.lines.filter((line) => isMain(results, line));
  const title = `${main?.label ?? results.main} minus every other line`;
  return html`<h3>${title}</h3>
    <p>
      Differences in ${figure.label} over all points that both lines
      have${figure.isShare ? ", in percentage points" : ""}. Differences with intervals stand under
      Comparisons.
    </p>
    ${scrollable(
      title,
      html`<table>
        <thead>
          <tr>
            <th scope="col">minus</th>
            <th scope="col" class="text">channel</th>
            <th scope="col">lowest</th>
            <th scope="col" class="text">where</th>
            <th scope="col">mean</th>
            <th scope="col">highest</th>
            <th scope="col" class="text">where</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(({ line, gaps }) => gapRow(results, line, figure, gaps))}
        </tbody>
      </table>`,
    )}`;
}

function gapsTo(line: ResultLine, main: ResultLine | undefined, { id }: FigureInfo): Gap[] {
  return line.points.flatMap((point): Gap[] => {
    const [own, other] = [main && pointAt(main, point)?.figures[id], point.figures[id]];
    if (own === undefined || other === undefined) return [];
    return [{ difference: own.value - other.value, point }];
  });
}

function gapRow(results: Results, line: ResultLine, figure: FigureInfo, gaps: readonly Gap[]): Html {
  const sorted = gaps.toSorted((a, b) => a.difference - b.difference);
  const mean = gaps.reduce((sum, { difference }) => sum + difference, 0) / gaps.length;
  const extreme = ({ difference, point }: Gap): Html =>
    html`<td>${signedNumber(figure, difference)}</td>
      <td class="text">${point.numSymbols} symbols, ${decibels(point.esNoDb)}</td>`;
  return html`<tr>
    <th scope="row">${line.label}</th>
    <td class="text">${channelLabel(results, line.channel)}</td>
    ${extreme(sorted[0]!)}
    <td>${signedNumber(figure, mean)}</td>
    ${extreme(sorted.at(-1)!)}
  </tr>`;
}
