// SPDX-License-Identifier: Apache-2.0
import type { Results } from "../../results/results.ts";
import { themed } from "../palette.ts";
import { lengthsOf } from "../selection.ts";
import { channelGrid } from "./channel-grid.ts";

const CHANCE = 1 / 100;

/** Identity among 100 images [%] against Es/N0 [dB]: one panel per length, one row per channel. */
export function identityVsEsNo(results: Results): string | undefined {
  return channelGrid(results, {
    label: "Identity among 100 images against Es/N0",
    description:
      "How often the received embedding is nearest to its own image among 100, in percent, against Es/N0 in dB.",
    value: ({ identity100 }) => identity100,
    column: ({ numSymbols }) => numSymbols,
    columns: lengthsOf(results.lines),
    columnTitle: (numSymbols) => `${numSymbols} symbols`,
    x: ({ esNoDb }) => esNoDb,
    xAxis: { label: "Es/N0 [dB]", type: "linear" },
    yAxis: { label: "identity among 100 [%]", isPercent: true },
    references: [
      { label: "chance", endLabel: "chance 1 %", value: CHANCE, colour: themed("muted"), dash: "3 3" },
    ],
  });
}
