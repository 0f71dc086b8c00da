// SPDX-License-Identifier: Apache-2.0
import type { Measured, Results } from "@semlink/system";
import { formatTable } from "./table.ts";

/** One figure of a run worth a line on the terminal. */
export interface KeyFigure extends Measured {
  readonly label: string;
  /** An accuracy in 0..1, or a difference of two. */
  readonly kind: "accuracy" | "difference";
}

const CLEAN = ["teacher", "student", "control"];
const WANTED_SYMBOLS = [16, 64];
const WANTED_ES_NO_DB = [-5, 0];

/**
 * What a run is about in a few lines: accuracies without a channel, the link at 16 and 64 symbols and -5 and 0 dB
 * (or at the measured points nearest to them), what the teacher was worth, and what each axis of a mismatch matrix costs
 * the link at worst. What was not measured is left out.
 */
export async function keyFigures(results: Results): Promise<KeyFigure[]> {
  const { channelName, largestLosses } = await import("@semlink/system");
  const clean = CLEAN.flatMap((id) => results.clean.filter((line) => line.id === id));
  const links = results.lines.filter(({ role }) => role === "link");
  const comparisons = results.comparisons.filter(({ id }) => id === "kd - no-kd");
  return [
    ...clean.map(({ label, accuracy }) => ({ label, kind: "accuracy" as const, ...accuracy })),
    ...links.flatMap(({ label, channel, points }) => {
      const lengths = nearest(
        points.map(({ numSymbols }) => numSymbols),
        WANTED_SYMBOLS,
        Math.log2,
      );
      const levels = nearest(
        points.map(({ esNoDb }) => esNoDb),
        WANTED_ES_NO_DB,
        (value) => value,
      );
      return points
        .filter(({ numSymbols, esNoDb }) => lengths.has(numSymbols) && levels.has(esNoDb))
        .map(({ numSymbols, esNoDb, accuracy }) => ({
          label: `${label}, ${channelName(channel)}, ${numSymbols} symbols, ${esNoDb} dB`,
          kind: "accuracy" as const,
          ...accuracy,
        }));
    }),
    ...comparisons.map(({ label, difference }) => ({ label, kind: "difference" as const, ...difference })),
    ...(results.matrix ? largestLosses(results.matrix) : []).map(({ axis, condition, esNoDb, change }) => ({
      label: `${axis}, at worst ${condition}, ${esNoDb} dB`,
      kind: "difference" as const,
      ...change,
    })),
  ];
}

/** The figures with their intervals, one a line. */
export async function formatKeyFigures(figures: readonly KeyFigure[]): Promise<string> {
  const { percentWithInterval, signedPointsWithInterval } = await import("@semlink/system");
  return formatTable(
    figures.map((figure) => {
      const text =
        figure.kind === "accuracy" ? percentWithInterval(figure) : signedPointsWithInterval(figure);
      return [figure.label, text];
    }),
  );
}

/** The measured value nearest to each wanted one, on the given scale. */
function nearest(
  measured: readonly number[],
  wanted: readonly number[],
  scale: (value: number) => number,
): ReadonlySet<number> {
  const found = wanted.flatMap((value) => {
    const distance = (other: number): number => Math.abs(scale(other) - scale(value));
    return measured.toSorted((a, b) => distance(a) - distance(b)).slice(0, 1);
  });
  return new Set(found);
}
