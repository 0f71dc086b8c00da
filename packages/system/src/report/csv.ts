// SPDX-License-Identifier: Apache-2.0
import type { Measured, Results } from "../results/results.ts";

/** One comma-separated file: its name without ending, and its text. */
export interface CsvFile {
  readonly name: string;
  readonly text: string;
}

/** A value of a table; `undefined` is an empty cell. */
export type CsvCell = string | number | undefined;

/**
 * The results as tidy tables, one row per observation; shares are fractions, absent values are empty cells.
 *
 * `lines` has `line,channel,num_symbols,cbr,es_no_db,accuracy,low,high,n,embedding_r2,identity_100,sir_db,sinr_db`;
 * `clean`, `comparisons`, `ledger`, `channel-uses` and `curves` stand beside it, and `mismatch` where a matrix was measured.
 */
export function csvFiles(results: Results): CsvFile[] {
  const { clean, comparisons, ledger, channelUses = [], curves, matrix } = results;
  return [
    { name: "lines", text: linesCsv(results) },
    {
      name: "clean",
      text: csvTable(
        ["network", "accuracy", "low", "high", "n", "r2", "agreement"],
        clean.map(({ id, accuracy, r2, agreement }) => [id, ...intervalCells(accuracy), r2, agreement]),
      ),
    },
    {
      name: "comparisons",
      text: csvTable(
        ["comparison", "label", "difference", "low", "high", "n", "note"],
        comparisons.map(({ id, label, difference, note }) => [id, label, ...intervalCells(difference), note]),
      ),
    },
    {
      name: "ledger",
      text: csvTable(
        ["part", "side", "params", "macs", "note"],
        ledger.map(({ part, side, params, macs, note }) => [part, side, params, macs, note]),
      ),
    },
    {
      name: "channel-uses",
      text: csvTable(
        [
          ...["channel", "num_symbols", "num_pilots", "num_field_symbols", "num_prefix", "num_idle"],
          ...["total", "cbr", "lines"],
        ],
        channelUses.map((uses): CsvCell[] => [
          ...[uses.channel, uses.numSymbols, uses.numPilots, uses.numFieldSymbols],
          ...[uses.numPrefix, uses.numIdle, uses.total, uses.cbr, uses.lines.join(" ")],
        ]),
      ),
    },
    {
      name: "curves",
      text: csvTable(
        ["stage", "metric", "step", "value"],
        curves.flatMap(({ stage, metric, points }) =>
          points.map(([step, value]): CsvCell[] => [stage, metric, step, value]),
        ),
      ),
    },
    ...(matrix ? [{ name: "mismatch", text: matrixCsv(matrix) }] : []),
  ];
}

/** One row per line, channel, length and Es/N0, in the order of the results. */
export function linesCsv({ lines }: Results): string {
  const header = ["line", "channel", "num_symbols", "cbr", "es_no_db", "accuracy", "low", "high", "n"];
  return csvTable(
    [...header, "embedding_r2", "identity_100", "sir_db", "sinr_db"],
    lines.flatMap(({ id, channel, sirDb, points }) =>
      points.map(({ numSymbols, cbr, esNoDb, accuracy, embeddingR2, identity100, sinrDb }): CsvCell[] => [
        ...[id, channel, numSymbols, cbr, esNoDb],
        ...intervalCells(accuracy),
        embeddingR2?.value,
        identity100?.value,
        ...[sirDb, sinrDb],
      ]),
    ),
  );
}

/** One row per axis, system, Es/N0 and condition; the change is the paired one to the axis's first condition. */
function matrixCsv({ axes, numSymbols, esNoDb: levels }: NonNullable<Results["matrix"]>): string {
  const place = ["axis", "condition", "channel", "num_pilots", "system", "num_symbols", "es_no_db"];
  const figures = ["accuracy", "low", "high", "n", "change", "change_low", "change_high", "embedding_r2"];
  const ratios = ["num_guard", "sir_db", "sinr_db"];
  return csvTable(
    [...place, ...figures, ...ratios],
    axes.flatMap(({ id, conditions, cells }) =>
      cells.map(({ system, condition, esNoDb, accuracy, change, embeddingR2 }): CsvCell[] => {
        const met = conditions.find(({ name }) => name === condition);
        return [
          ...[id, condition, met?.channel, met?.numPilots, system, numSymbols, esNoDb],
          ...intervalCells(accuracy),
          ...[change?.value, change?.low, change?.high, embeddingR2?.value],
          ...[met?.numGuard ?? 0, met?.sirDb, met?.sinrDb?.[levels.indexOf(esNoDb)]],
        ];
      }),
    ),
  );
}

function intervalCells({ value, low, high, n }: Measured): CsvCell[] {
  return [value, low, high, n];
}

/** Comma-separated text of a table. @source RFC 4180, with line feeds */
export function csvTable(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(csvCell).join(",")}\n`).join("");
}

function csvCell(cell: CsvCell): string {
  if (cell === undefined) return "";
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
