// SPDX-License-Identifier: Apache-2.0
import type { Measured, Results } from "../evaluate/results.ts";

/** One comma-separated file: its name without ending, and its text. */
export interface CsvFile {
  readonly name: string;
  readonly text: string;
}

type Cell = string | number | undefined;

/**
 * The results as tidy tables, one row per observation; shares are fractions, absent values are empty cells.
 *
 * `lines` has `line,channel,num_symbols,cbr,es_no_db,accuracy,low,high,n,embedding_r2,identity_100`; `clean`,
 * `comparisons`, `ledger` and `curves` stand beside it, and `mismatch` where a matrix was measured.
 */
export function csvFiles(results: Results): CsvFile[] {
  const { clean, comparisons, ledger, curves, matrix } = results;
  return [
    { name: "lines", text: linesCsv(results) },
    {
      name: "clean",
      text: table(
        ["network", "accuracy", "low", "high", "n", "r2", "agreement"],
        clean.map(({ id, accuracy, r2, agreement }) => [id, ...intervalCells(accuracy), r2, agreement]),
      ),
    },
    {
      name: "comparisons",
      text: table(
        ["comparison", "label", "difference", "low", "high", "n", "note"],
        comparisons.map(({ id, label, difference, note }) => [id, label, ...intervalCells(difference), note]),
      ),
    },
    {
      name: "ledger",
      text: table(
        ["part", "side", "params", "macs", "note"],
        ledger.map(({ part, side, params, macs, note }) => [part, side, params, macs, note]),
      ),
    },
    {
      name: "curves",
      text: table(
        ["stage", "metric", "step", "value"],
        curves.flatMap(({ stage, metric, points }) =>
          points.map(([step, value]): Cell[] => [stage, metric, step, value]),
        ),
      ),
    },
    ...(matrix ? [{ name: "mismatch", text: matrixCsv(matrix) }] : []),
  ];
}

/** One row per line, channel, length and Es/N0, in the order of the results. */
export function linesCsv({ lines }: Results): string {
  const header = ["line", "channel", "num_symbols", "cbr", "es_no_db", "accuracy", "low", "high", "n"];
  return table(
    [...header, "embedding_r2", "identity_100"],
    lines.flatMap(({ id, channel, points }) =>
      points.map(({ numSymbols, cbr, esNoDb, accuracy, embeddingR2, identity100 }): Cell[] => [
        ...[id, channel, numSymbols, cbr, esNoDb],
        ...intervalCells(accuracy),
        embeddingR2?.value,
        identity100?.value,
      ]),
    ),
  );
}

/** One row per axis, system, Es/N0 and condition; the change is the paired one to the axis's first condition. */
function matrixCsv({ axes, numSymbols }: NonNullable<Results["matrix"]>): string {
  const place = ["axis", "condition", "channel", "num_pilots", "system", "num_symbols", "es_no_db"];
  const figures = ["accuracy", "low", "high", "n", "change", "change_low", "change_high", "embedding_r2"];
  return table(
    [...place, ...figures],
    axes.flatMap(({ id, conditions, cells }) =>
      cells.map(({ system, condition, esNoDb, accuracy, change, embeddingR2 }): Cell[] => {
        const met = conditions.find(({ name }) => name === condition);
        return [
          ...[id, condition, met?.channel, met?.numPilots, system, numSymbols, esNoDb],
          ...intervalCells(accuracy),
          ...[change?.value, change?.low, change?.high, embeddingR2?.value],
        ];
      }),
    ),
  );
}

function intervalCells({ value, low, high, n }: Measured): Cell[] {
  return [value, low, high, n];
}

/** @source RFC 4180, with line feeds */
function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(csvCell).join(",")}\n`).join("");
}

function csvCell(cell: Cell): string {
  if (cell === undefined) return "";
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
