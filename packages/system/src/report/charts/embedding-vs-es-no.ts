// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../../results/results.ts";
import { lengthsOf } from "../selection.ts";
import { channelGrid } from "./channel-grid.ts";

/** R² of the received embedding against Es/N0 [dB]: one panel per length, one row per channel. */
export function embeddingVsEsNo(results: Results): string | undefined {
  return channelGrid(results, {
    label: "R² of the received embedding against Es/N0",
    description:
      "R squared of the received embedding, 1 is exact, against Es/N0 in dB; one panel per number of symbols.",
    value: ({ embeddingR2 }) => embeddingR2,
    column: ({ numSymbols }) => numSymbols,
    columns: lengthsOf(results.lines),
    columnTitle: (numSymbols) => `${numSymbols} symbols`,
    x: ({ esNoDb }) => esNoDb,
    xAxis: { label: "Es/N0 [dB]", type: "linear" },
    yAxis: { label: "embedding R² [1 = exact]", isPercent: false },
    references: [],
  });
}
