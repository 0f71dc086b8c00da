// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../../results/results.ts";
import { lengthsOf } from "../selection.ts";
import { channelGrid } from "./channel-grid.ts";
import { cleanReferences } from "./reference-lines.ts";

/** Accuracy [%] against Es/N0 [dB]: one panel per length, one row per channel, all lines with their bands. */
export function accuracyVsEsNo(results: Results): string | undefined {
  return channelGrid(results, {
    label: "Accuracy against Es/N0",
    description:
      "Top-1 accuracy in percent against Es/N0 in dB; one panel per number of symbols, one row per channel.",
    value: ({ accuracy }) => accuracy,
    column: ({ numSymbols }) => numSymbols,
    columns: lengthsOf(results.lines),
    columnTitle: (numSymbols) => `${numSymbols} symbols`,
    x: ({ esNoDb }) => esNoDb,
    xAxis: { label: "Es/N0 [dB]", type: "linear" },
    yAxis: { label: "accuracy [%]", isPercent: true },
    references: cleanReferences(results),
  });
}
