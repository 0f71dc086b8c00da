// SPDX-License-Identifier: Apache-2.0
import type { Measured, Results } from "@semlink/system";
import { formatTable } from "./table.ts";

/** One figure of a run worth a line on the terminal. */
export interface KeyFigure extends Measured {
  readonly label: string;
  /** Id of the figure of merit. */
  readonly figure: string;
  /** A value of the figure, or a difference of two. */
  readonly kind: "value" | "difference";
}

const CLEAN = ["teacher", "student", "control"];
const WANTED_SYMBOLS = [16, 64];
const WANTED_ES_NO_DB = [-5, 0];

/**
 * What a run is about in a few lines: the leading figure without a channel, the main line at 16 and 64 symbols and -5 and 0 dB
 * (or at the measured points nearest to them), what the teacher was worth, and what each axis of a mismatch matrix costs
 * the link at worst. What was not measured is left out.
 */
export async function keyFigures(results: Results): Promise<KeyFigure[]> {
  const { channelLabel, cleanMeasured, largestLosses, leadingFigure, TEACHER_WORTH } =
    await import("@semlink/system");
  const leading = leadingFigure(results);
  const valueOf = (label: string, measured: Measured | undefined): KeyFigure[] =>
    measured === undefined ? [] : [{ label, figure: leading.id, kind: "value", ...measured }];
  const clean = CLEAN.flatMap((id) => results.clean.filter((line) => line.id === id));
  const links = results.lines.filter(({ id }) => id === results.main);
  const comparisons = results.comparisons.filter(({ id }) => id === TEACHER_WORTH);
  return [
    ...clean.flatMap((line) => valueOf(line.label, cleanMeasured(line, leading))),
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
        .flatMap(({ numSymbols, esNoDb, figures }) => {
          const place = `${channelLabel(results, channel)}, ${numSymbols} symbols, ${esNoDb} dB`;
          return valueOf(`${label}, ${place}`, figures[leading.id]);
        });
    }),
    ...comparisons.map(({ label, figure, difference }): KeyFigure => {
      return { label, figure, kind: "difference", ...difference };
    }),
    ...(results.matrix ? largestLosses(results.matrix, leading) : []).map((loss): KeyFigure => {
      const label = `${loss.axis}, at worst ${loss.condition}, ${loss.esNoDb} dB`;
      return { label, figure: leading.id, kind: "difference", ...loss.change };
    }),
  ];
}

/** The figures with their intervals, one a line. */
export async function formatKeyFigures(figures: readonly KeyFigure[], results: Results): Promise<string> {
  const { differenceWithInterval, figureNamed, figureWithInterval } = await import("@semlink/system");
  return formatTable(
    figures.map((figure) => {
      const info = figureNamed(results, figure.figure)!;
      const format = figure.kind === "value" ? figureWithInterval : differenceWithInterval;
      return [figure.label, format(info, figure)];
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
