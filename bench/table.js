// SPDX-License-Identifier: Apache-2.0
import { formatChanges } from "@semlink/engine";

const COLUMNS = [
  ["case", ({ case: id }) => id],
  ["threads", ({ threads }) => String(threads)],
  ["shards", ({ engine }) => String(engine.shards ?? "-")],
  ["engine /s", ({ engine }) => engine.itemsPerSecond.median.toPrecision(4)],
  ["PyTorch /s", ({ torch }) => torch?.itemsPerSecond.median.toPrecision(4) ?? "-"],
  ["ratio [min, max]", ({ ratio }) => (ratio ? ratioText(ratio) : "-")],
  ["session s", ({ engine }) => engine.sessionSeconds.toFixed(2)],
  ["peak MiB", ({ engine, torch }) => [engine, torch].map((side) => side?.peakMiB ?? "-").join(" / ")],
];

/** The measured cases as aligned text. */
export function resultTable(results) {
  const rows = [
    COLUMNS.map(([title]) => title),
    ...results.map((row) => COLUMNS.map(([, cell]) => cell(row))),
  ];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** What the engine changed in the graphs of the cases before it took gradients, one line for each. */
export function rewriteLines(results) {
  const lines = results.map(({ case: id, engine }) => [id, formatChanges(engine.rewrites)]);
  return [...new Map(lines)].map(([id, changes]) => `${id} rewritten: ${changes}`).join("\n");
}

function ratioText({ min, median, max }) {
  return `${median.toFixed(2)} [${min.toFixed(2)}, ${max.toFixed(2)}]`;
}
