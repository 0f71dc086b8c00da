// SPDX-License-Identifier: Apache-2.0
import type { SearchResults } from "../../search/search-results.ts";
import { type Html, html } from "../html.ts";
import { compactCount, decimal, NOT_MEASURED, percent, percentInterval } from "../number-format.ts";
import { ORIGINS } from "./architecture-origins.ts";
import { dataTable } from "./data-table.ts";
import { finalRows } from "./final-accuracy.ts";

/** Headings of {@link architectureCells}. */
export const ARCHITECTURE_COLUMNS: readonly { readonly title: string; readonly isText?: boolean }[] = [
  { title: "architecture" },
  { title: "origin", isText: true },
  { title: "MACs" },
  { title: "parameters" },
  { title: "latency [ms]" },
  { title: "accuracy" },
  { title: "95 % interval" },
  { title: "seeds" },
];

/** Every architecture that was retrained as text, the best first: a cell for each of {@link ARCHITECTURE_COLUMNS}. */
export function architectureCells(
  results: SearchResults,
): { readonly cells: readonly string[]; readonly isChosen: boolean }[] {
  return finalRows(results).map(({ architecture, isChosen, accuracy, interval, numSeeds, numFailed }) => {
    const { label, origin, macs, params, latencyMs } = architecture;
    const cells = [
      isChosen ? `${label} (chosen)` : label,
      ORIGINS[origin].name,
      compactCount(macs),
      compactCount(params),
      latencyMs === null ? NOT_MEASURED : decimal(latencyMs, 2),
      accuracy === null ? NOT_MEASURED : percent(accuracy),
      interval === null ? "" : percentInterval(interval),
      numFailed === 0 ? String(numSeeds) : `${numSeeds}, ${numFailed} failed`,
    ];
    return { cells, isChosen };
  });
}

/** What every architecture costs and reaches, all retrained alike. */
export function architectureTable(results: SearchResults): Html {
  const rows = architectureCells(results).map(({ cells, isChosen }) => ({ cells, isStrong: isChosen }));
  const numOthers = results.architectures.length - rows.length;
  return html`${dataTable("Every architecture, retrained alike", ARCHITECTURE_COLUMNS, rows)}
  ${
    numOthers === 0
      ? undefined
      : html`<p>${numOthers} more left the selection before its end; search-trials.csv has their runs.</p>`
  }`;
}
