// SPDX-License-Identifier: Apache-2.0
import type { Matrix, MatrixCell, MatrixSystem, MatrixTable } from "../results/matrix.ts";
import type {
  CleanLine,
  Comparison,
  FigureInfo,
  LedgerRow,
  Measured,
  PlainValue,
  Point,
  ResultLine,
  Results,
} from "../results/results.ts";

/** One measured point together with the line it belongs to. */
export interface MeasuredPoint {
  readonly line: ResultLine;
  readonly point: Point;
}

const HEADLINE_SYMBOLS = 16;
const HEADLINE_ES_NO_DB = 0;
const LEARNING_RANGE_DB = [-10, -5, 0, 5, 10];
const MAX_PANELS = 5;

/** Name of a radio for readers; its id where the results do not describe it. */
export function channelLabel({ channels }: Pick<Results, "channels">, id: string): string {
  return channels.find((channel) => channel.id === id)?.label ?? id;
}

/** Radios that have lines, in the order in which the results describe them, then as they come. */
export function channelsOf({ channels, lines }: Pick<Results, "channels" | "lines">): string[] {
  const measured = lines.map(({ channel }) => channel);
  return [...new Set([...channels.map(({ id }) => id), ...measured])].filter((id) => measured.includes(id));
}

/** The figure that leads: in the headline, in the first chart, in selections. */
export function leadingFigure({ figures }: Pick<Results, "figures">): FigureInfo {
  return figures[0]!;
}

/** The description of a figure by its id. */
export function figureNamed(
  { figures, cleanFigures }: Pick<Results, "figures" | "cleanFigures">,
  id: string,
): FigureInfo | undefined {
  return [...figures, ...cleanFigures].find((info) => info.id === id);
}

/** Lengths of the lines [symbols], ascending. */
export function lengthsOf(lines: readonly ResultLine[]): number[] {
  return distinct(lines.flatMap(({ points }) => points.map(({ numSymbols }) => numSymbols)));
}

/** Es/N0 points of the lines [dB], ascending. */
export function esNoDbOf(lines: readonly ResultLine[]): number[] {
  return distinct(lines.flatMap(({ points }) => points.map(({ esNoDb }) => esNoDb)));
}

/** At most five Es/N0 values [dB]: those where links learn most (-10 to 10 dB) if measured, else an even choice. */
export function selectedEsNoDb(lines: readonly ResultLine[]): number[] {
  const measured = esNoDbOf(lines);
  const preferred = measured.filter((esNoDb) => LEARNING_RANGE_DB.includes(esNoDb));
  if (preferred.length >= 2 || measured.length <= 1) return preferred.length > 0 ? preferred : measured;
  const count = Math.min(MAX_PANELS, measured.length);
  const steps = Array.from({ length: count }, (_, i) =>
    Math.round((i * (measured.length - 1)) / (count - 1)),
  );
  return steps.map((step) => measured[step]!);
}

/** The network without a channel that others are compared with: by its id, else the first whose id starts with it. */
export function cleanOf({ clean }: Results, role: "teacher" | "student"): CleanLine | undefined {
  return clean.find(({ id }) => id === role) ?? clean.find(({ id }) => id.startsWith(`${role}-`));
}

/** A figure of a network without a channel with its interval; undefined where it has none. */
export function cleanMeasured(line: CleanLine | undefined, { id }: FigureInfo): Measured | undefined {
  const value: Measured | PlainValue | undefined = line?.figures[id];
  return value !== undefined && "n" in value ? value : undefined;
}

/** Whether a line is the one that everything is compared with. */
export function isMain({ main }: Pick<Results, "main">, { id }: Pick<ResultLine, "id">): boolean {
  return id === main;
}

/** The main line over a channel. */
export function mainLine(results: Results, channel: string): ResultLine | undefined {
  return results.lines.find((line) => isMain(results, line) && line.channel === channel);
}

/** The point of a line at a length [symbols] and Es/N0 [dB]. */
export function pointAt(
  line: ResultLine,
  { numSymbols, esNoDb }: Pick<Point, "numSymbols" | "esNoDb">,
): Point | undefined {
  return line.points.find((point) => point.numSymbols === numSymbols && point.esNoDb === esNoDb);
}

/**
 * The main line's point over a channel that is nearest to 16 symbols (in log2) and, at that length, to 0 dB; of two that
 * are equally near, the shorter and the noisier one. The order of the points does not matter.
 */
export function headlinePoint(results: Results, channel: string): MeasuredPoint | undefined {
  const line = mainLine(results, channel);
  if (line === undefined) return undefined;
  const octaves = ({ numSymbols }: Point): number => Math.abs(Math.log2(numSymbols / HEADLINE_SYMBOLS));
  const decibels = ({ esNoDb }: Point): number => Math.abs(esNoDb - HEADLINE_ES_NO_DB);
  const [point] = line.points.toSorted(
    (a, b) =>
      octaves(a) - octaves(b) ||
      a.numSymbols - b.numSymbols ||
      decibels(a) - decibels(b) ||
      a.esNoDb - b.esNoDb,
  );
  return point === undefined ? undefined : { line, point };
}

/** A line's point at the lowest Es/N0 and, there, the fewest symbols. */
export function hardestPoint(line: ResultLine): Point | undefined {
  return line.points.toSorted((a, b) => a.esNoDb - b.esNoDb || a.numSymbols - b.numSymbols)[0];
}

/** With more comparisons than this, a page shows a selection. */
const MOST_COMPARISONS = 24;

/**
 * The comparisons that a page shows: all when they are few, otherwise those of networks without a channel and those
 * at the headline length where the channel is hard, Es/N0 of at most 0 dB.
 */
export function shownComparisons({ comparisons }: Results): readonly Comparison[] {
  if (comparisons.length <= MOST_COMPARISONS) return comparisons;
  return comparisons.filter(
    ({ place }) =>
      place === undefined || (place.numSymbols === HEADLINE_SYMBOLS && place.esNoDb <= HEADLINE_ES_NO_DB),
  );
}

/** The ledger's row of the teacher: the first at training time. */
export function teacherRow({ ledger }: Results): LedgerRow | undefined {
  return ledger.find(({ side }) => side === "training-only");
}

/** The main line's rows of the ledger on one side: its own, and those that it shares. */
export function mainRows(results: Results, side: LedgerRow["side"]): LedgerRow[] {
  return results.ledger.filter((row) => row.side === side && !isOfOtherLine(results, row));
}

/** Whether a row of the ledger belongs to another line than the main one. */
export function isOfOtherLine({ main }: Pick<Results, "main">, { line }: LedgerRow): boolean {
  return line !== undefined && line !== main;
}

/** Whether the interval of a difference contains zero. */
export function containsZero({ low, high }: Measured): boolean {
  return low <= 0 && high >= 0;
}

function distinct(values: readonly number[]): number[] {
  return [...new Set(values)].toSorted((a, b) => a - b);
}

/** `trained on AWGN, Rayleigh block fading`; empty for a system that was not trained. */
export function trainingOf(results: Pick<Results, "channels">, { trainedOn }: MatrixSystem): string {
  return trainedOn.length === 0
    ? ""
    : `trained on ${trainedOn.map((id) => channelLabel(results, id)).join(", ")}`;
}

/** The cell of a system under a condition at an Es/N0 [dB]. */
export function cellAt(
  { cells }: Pick<MatrixTable, "cells">,
  place: Pick<MatrixCell, "system" | "condition" | "esNoDb">,
): MatrixCell | undefined {
  return cells.find(({ system, condition, esNoDb }) => {
    return system === place.system && condition === place.condition && esNoDb === place.esNoDb;
  });
}

/** The figures that an axis has cells of, in the order of the results. */
export function figuresOfAxis({ figures }: Pick<Results, "figures">, { cells }: MatrixTable): FigureInfo[] {
  return figures.filter(({ id }) => cells.some((cell) => cell.figures[id] !== undefined));
}

/** Where a condition of one axis costs most. */
export interface LargestLoss {
  /** Title of the axis. */
  readonly axis: string;
  /** Label of the link. */
  readonly system: string;
  readonly condition: string;
  readonly esNoDb: number;
  /** To the first condition of the axis, on the same items. */
  readonly change: Measured;
}

/** The largest loss in a figure of the run's own link on each axis of a matrix; axes of one condition have none. */
export function largestLosses({ systems, axes }: Matrix, { id }: Pick<FigureInfo, "id">): LargestLoss[] {
  const link = systems.find(({ role }) => role === "link");
  if (link === undefined) return [];
  return axes.flatMap(({ title, cells }) => {
    const losses = cells.flatMap(({ system, condition, esNoDb, changes }): LargestLoss[] => {
      const change = changes[id];
      if (system !== link.id || change === undefined) return [];
      return [{ axis: title, system: link.label, condition, esNoDb, change }];
    });
    return losses.toSorted((a, b) => a.change.value - b.change.value).slice(0, 1);
  });
}
