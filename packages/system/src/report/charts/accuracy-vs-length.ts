// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../../results/results.ts";
import { decibels } from "../number-format.ts";
import { lengthsOf, selectedEsNoDb } from "../selection.ts";
import { channelGrid } from "./channel-grid.ts";
import { cleanReferences } from "./reference-lines.ts";

/**
 * Accuracy [%] against length [symbols, log2]: one panel per selected Es/N0, one row per channel.
 *
 * @returns `undefined` when fewer than two lengths were measured: one length is already in the other chart
 */
export function accuracyVsLength(results: Results): string | undefined {
  if (lengthsOf(results.lines).length < 2) return undefined;
  return channelGrid(results, {
    label: "Accuracy against length",
    description:
      "Top-1 accuracy in percent against the number of symbols; one panel per Es/N0, one row per channel.",
    value: ({ accuracy }) => accuracy,
    column: ({ esNoDb }) => esNoDb,
    columns: selectedEsNoDb(results.lines),
    columnTitle: (esNoDb) => `Es/N0 = ${decibels(esNoDb)}`,
    x: ({ numSymbols }) => numSymbols,
    xAxis: { label: "length [symbols]", type: "log2" },
    yAxis: { label: "accuracy [%]", isPercent: true },
    references: cleanReferences(results),
  });
}
