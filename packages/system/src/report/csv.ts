// SPDX-License-Identifier: Apache-2.0
import type { ChannelUses, Measured, PlainValue, Results } from "../results/results.ts";

/** One comma-separated file: its name without ending, and its text. */
export interface CsvFile {
  readonly name: string;
  readonly text: string;
}

/** A value of a table; `undefined` is an empty cell. */
export type CsvCell = string | number | undefined;

/** Columns of a figure and its value, as in the results file. */
const VALUE = ["value", "low", "high", "n", "method"] as const;

const PLACE = ["channel", "esNoDb", "numSymbols"] as const;

const USES = ["numSymbols", "numPilots", "numFieldSymbols", "numPrefix", "numIdle", "total", "cbr"] as const;

/**
 * The results as tidy tables, one row per observation; columns have the names of the results file, shares are fractions,
 * absent values are empty cells.
 *
 * `lines` has one row for every figure of every point, `figures` says what the figures are; `clean`, `comparisons`,
 * `ledger`, `channel-uses` and `curves` stand beside them, and `mismatch` where a matrix was measured.
 */
export function csvFiles(results: Results): CsvFile[] {
  const { comparisons, ledger, channelUses = [], curves, matrix } = results;
  return [
    { name: "figures", text: figuresCsv(results) },
    { name: "lines", text: linesCsv(results) },
    { name: "clean", text: cleanCsv(results) },
    {
      name: "comparisons",
      text: csvTable(
        ["id", "label", "figure", ...PLACE, ...VALUE, "note"],
        comparisons.map(({ id, label, figure, place, difference, note }): CsvCell[] => {
          const where = PLACE.map((column) => place?.[column]);
          return [id, label, figure, ...where, ...valueCells(difference), note];
        }),
      ),
    },
    {
      name: "ledger",
      text: csvTable(
        ["part", "side", "line", "params", "macs", "note"],
        ledger.map(({ part, side, line, params, macs, note }) => [part, side, line, params, macs, note]),
      ),
    },
    {
      name: "channel-uses",
      text: csvTable(
        ["channel", ...USES, "lines"],
        channelUses.map((uses: ChannelUses): CsvCell[] => {
          return [uses.channel, ...USES.map((column) => uses[column]), uses.lines.join(" ")];
        }),
      ),
    },
    {
      name: "curves",
      text: csvTable(
        ["stage", "metric", "label", "step", "value"],
        curves.flatMap(({ stage, metric, label, points }) =>
          points.map(([step, value]): CsvCell[] => [stage, metric, label, step, value]),
        ),
      ),
    },
    ...(matrix ? [{ name: "mismatch", text: matrixCsv(results, matrix) }] : []),
  ];
}

function figuresCsv({ figures, cleanFigures }: Results): string {
  return csvTable(
    ["id", "label", "meaning", "unit", "isShare", "chance"],
    [...figures, ...cleanFigures].map(({ id, label, meaning, unit, isShare, chance }): CsvCell[] => {
      return [id, label, meaning, unit, String(isShare), chance ?? undefined];
    }),
  );
}

/** One row per line, channel, length, Es/N0 and figure, in the order of the results. */
function linesCsv({ lines, figures: infos }: Results): string {
  const place = ["line", "channel", "numSymbols", "cbr", "esNoDb", "numPilots", "sirDb", "sinrDb"];
  return csvTable(
    [...place, "figure", ...VALUE],
    lines.flatMap(({ id, channel, sirDb, points }) =>
      points.flatMap(({ numSymbols, cbr, esNoDb, numPilots, sinrDb, figures }) =>
        infos.flatMap((info): CsvCell[][] => {
          const measured = figures[info.id];
          if (measured === undefined) return [];
          const where = [id, channel, numSymbols, cbr, esNoDb, numPilots, sirDb, sinrDb];
          return [[...where, info.id, ...valueCells(measured)]];
        }),
      ),
    ),
  );
}

function cleanCsv({ clean, figures: infos, cleanFigures }: Results): string {
  return csvTable(
    ["id", "label", "figure", ...VALUE],
    clean.flatMap(({ id, label, figures }) =>
      [...infos, ...cleanFigures].flatMap((info): CsvCell[][] => {
        const value = figures[info.id];
        return value === undefined ? [] : [[id, label, info.id, ...valueCells(value)]];
      }),
    ),
  );
}

/** One row per axis, system, Es/N0, condition and figure; the change is the paired one to the axis's first condition. */
function matrixCsv(
  { figures: infos }: Results,
  { axes, numSymbols, esNoDb: levels }: NonNullable<Results["matrix"]>,
): string {
  const place = ["axis", "condition", "channel", "numPilots", "numGuard", "system", "numSymbols", "esNoDb"];
  const change = ["change", "changeLow", "changeHigh"];
  return csvTable(
    [...place, "sirDb", "sinrDb", "figure", ...VALUE, ...change],
    axes.flatMap(({ id, conditions, cells }) =>
      cells.flatMap(({ system, condition, esNoDb, figures, changes }) => {
        const met = conditions.find(({ name }) => name === condition);
        const sinrDb = met?.sinrDb?.[levels.indexOf(esNoDb)];
        const uses = [met?.channel, met?.numPilots, met?.numGuard ?? 0];
        const where = [id, condition, ...uses, system, numSymbols, esNoDb, met?.sirDb, sinrDb];
        return infos.flatMap((info): CsvCell[][] => {
          const [measured, difference] = [figures[info.id], changes[info.id]];
          if (measured === undefined) return [];
          const ends = [difference?.value, difference?.low, difference?.high];
          return [[...where, info.id, ...valueCells(measured), ...ends]];
        });
      }),
    ),
  );
}

function valueCells(measured: Measured | PlainValue): CsvCell[] {
  if (!("n" in measured)) return [measured.value, undefined, undefined, undefined, undefined];
  return VALUE.map((column) => measured[column]);
}

/**
 * Comma-separated text of a table. Text that a spreadsheet would take for a formula gets an apostrophe in front, and
 * control characters are written as `\u0007`; numbers are written as they are.
 *
 * @source RFC 4180, with line feeds
 */
export function csvTable(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(csvCell).join(",")}\n`).join("");
}

/** What a spreadsheet starts a formula with, behind any blanks. */
const FORMULA = /^\s*[=+\-@\t\r]/;

/** Control characters but for line ends, which a quoted cell may hold. */
const CONTROL = /\p{Cc}/gu;

function csvCell(cell: CsvCell): string {
  if (cell === undefined) return "";
  if (typeof cell === "number") return String(cell);
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  const text = safe.replaceAll(CONTROL, (character) =>
    character === "\n" || character === "\r"
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
