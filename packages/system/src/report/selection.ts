// SPDX-License-Identifier: Apache-2.0
import type { CleanLine, Comparison, LedgerRow, Line, Measured, Point, Results } from "../results/results.ts";

/** A radio channel as the results name it. */
export type ChannelId = Line["channel"];

/** One measured point together with the line it belongs to. */
export interface OperatingPoint {
  readonly line: Line;
  readonly point: Point;
}

const CHANNEL_NAMES: Readonly<Record<string, string>> = {
  awgn: "AWGN",
  "rayleigh-block": "Rayleigh block fading",
  rayleigh: "Rayleigh fading",
  rician: "Rician fading",
  ofdm: "OFDM over multipath",
};

const HEADLINE_SYMBOLS = 16;
const HEADLINE_ES_NO_DB = 0;
const LEARNING_RANGE_DB = [-10, -5, 0, 5, 10];
const MAX_PANELS = 5;

/** Name of a channel for readers: its own, and its settings where it has some. */
export function channelName(channel: ChannelId): string {
  const [model = channel, settings] = /^([^(]+)\((.*)\)$/.exec(channel)?.slice(1) ?? [];
  const name = CHANNEL_NAMES[model] ?? model;
  return settings === undefined ? name : `${name}, ${settings.replaceAll(",", ", ")}`;
}

/** Channels that have lines: AWGN, Rayleigh block fading, then the others as they come. */
export function channelsOf({ lines }: Results): ChannelId[] {
  const measured = lines.map((line) => line.channel);
  return [...new Set([...Object.keys(CHANNEL_NAMES), ...measured])].filter((id) => measured.includes(id));
}

/** Lengths of the lines [symbols], ascending. */
export function lengthsOf(lines: readonly Line[]): number[] {
  return distinct(lines.flatMap(({ points }) => points.map(({ numSymbols }) => numSymbols)));
}

/** Es/N0 points of the lines [dB], ascending. */
export function esNoDbOf(lines: readonly Line[]): number[] {
  return distinct(lines.flatMap(({ points }) => points.map(({ esNoDb }) => esNoDb)));
}

/** At most five Es/N0 values [dB]: those where accuracy changes (-10 to 10 dB) if measured, else an even choice. */
export function selectedEsNoDb(lines: readonly Line[]): number[] {
  const measured = esNoDbOf(lines);
  const preferred = measured.filter((esNoDb) => LEARNING_RANGE_DB.includes(esNoDb));
  if (preferred.length >= 2 || measured.length <= 1) return preferred.length > 0 ? preferred : measured;
  const count = Math.min(MAX_PANELS, measured.length);
  const steps = Array.from({ length: count }, (_, i) =>
    Math.round((i * (measured.length - 1)) / (count - 1)),
  );
  return steps.map((step) => measured[step]!);
}

/** The clean accuracy of a role: the entry with that id, else the first whose id starts with it. */
export function cleanOf({ clean }: Results, role: "teacher" | "student"): CleanLine | undefined {
  return clean.find(({ id }) => id === role) ?? clean.find(({ id }) => id.startsWith(`${role}-`));
}

/** The link's first line over a channel. */
export function linkLine({ lines }: Results, channel: ChannelId): Line | undefined {
  return lines.find((line) => line.role === "link" && line.channel === channel);
}

/** The point of a line at a length [symbols] and Es/N0 [dB]. */
export function pointAt(
  line: Line,
  { numSymbols, esNoDb }: Pick<Point, "numSymbols" | "esNoDb">,
): Point | undefined {
  return line.points.find((point) => point.numSymbols === numSymbols && point.esNoDb === esNoDb);
}

/** The link's point over a channel that is nearest to 16 symbols (in log2) and, at that length, to 0 dB. */
export function headlinePoint(results: Results, channel: ChannelId): OperatingPoint | undefined {
  const line = linkLine(results, channel);
  if (line === undefined) return undefined;
  const octaves = ({ numSymbols }: Point): number => Math.abs(Math.log2(numSymbols / HEADLINE_SYMBOLS));
  const decibels = ({ esNoDb }: Point): number => Math.abs(esNoDb - HEADLINE_ES_NO_DB);
  const [point] = line.points.toSorted((a, b) => octaves(a) - octaves(b) || decibels(a) - decibels(b));
  return point === undefined ? undefined : { line, point };
}

/** The link's point at the lowest Es/N0 and, there, the fewest symbols. */
export function hardestPoint(line: Line): Point | undefined {
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

/** The comparison with and without the teacher's knowledge, known by "no-kd" or "no KD" in its id or label. */
export function distillationComparison({ comparisons }: Results): Comparison | undefined {
  return comparisons.find(({ id, label }) => /\bno[- ]?kd\b/i.test(`${id} ${label}`));
}

/** The ledger's row of the teacher. */
export function teacherRow({ ledger }: Results): LedgerRow | undefined {
  return ledger.find(({ part, side }) => side === "training-only" && /teacher/i.test(part));
}

/** The link's rows of the ledger on one side; rows whose part begins with "rival" are not the link's. */
export function linkRows({ ledger }: Results, side: LedgerRow["side"]): LedgerRow[] {
  return ledger.filter((row) => row.side === side && !isRivalPart(row));
}

/** Whether a ledger row belongs to a rival's codec, known by a part that begins with "rival". */
export function isRivalPart({ part }: LedgerRow): boolean {
  return /^rival\b/i.test(part);
}

/** Whether the interval of a difference contains zero. */
export function containsZero({ low, high }: Measured): boolean {
  return low <= 0 && high >= 0;
}

function distinct(values: readonly number[]): number[] {
  return [...new Set(values)].toSorted((a, b) => a - b);
}
