// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";

/** What every check says of itself. */
interface CheckText {
  /** Where: channel, setting. */
  readonly name: string;
  /** What: "noise power per axis". */
  readonly quantity: string;
  /** Value by theory. */
  readonly theory: number;
  /** Where the theory is from. */
  readonly source: string;
  /** Its place in a chart of theory against simulation. */
  readonly place?: CurvePlace;
  /** Whether only the full form has the time for it. Default false. */
  readonly isSlow?: boolean;
  /** Rough time in the full form over that of most checks, for the progress. Default 1. */
  readonly weight?: number;
}

/** What a theory that is itself a measurement may be off by. */
export interface ReferenceError {
  /** Standard deviation of the reference. */
  readonly deviation: number;
  /** Differences that count as agreement beside chance; null below: the reference is an upper limit. */
  readonly below: number | null;
  readonly above: number;
}

/** A check by Monte-Carlo: the mean of independent values. */
export interface MeanCheck extends CheckText {
  readonly kind: "mean";
  /** One batch of independent values, a function of its address. */
  sample(rng: Rng): Float64Array;
  /** Size of the quantity, by which the wanted precision is multiplied. Default |theory|. */
  readonly scale?: number;
  /** Variance of a value where it is known, as of rare events; by default that of the sample. */
  readonly variance?: number;
  /** Whether a batch takes milliseconds, so that the full form can be as fine as 1 %. Default false. */
  readonly isCheap?: boolean;
  /** Default: the theory is exact. */
  readonly reference?: ReferenceError;
  /** Precision beyond which more values tell no more; default 0. */
  readonly finestPrecision?: number;
}

/** A check of a fact that holds within a stated tolerance, without chance. */
interface ExactCheck extends CheckText {
  readonly kind: "exact";
  readonly tolerance: number;
  /** Number of cases looked at. */
  readonly n: number;
  measure(): Measurement | Promise<Measurement>;
}

/** A measured value, with what it found in words where the value alone does not tell. */
export type Measurement = number | { readonly value: number; readonly detail: string | null };

/** A statement of theory with the way to measure it. */
export type Check = MeanCheck | ExactCheck;

/** Checks of one kind. To add one: a file in `checks/` and a line in `verify-radio.ts`. */
export interface CheckFamily {
  readonly name: string;
  readonly checks: () => readonly Check[];
  /** Theory between the checked points, for the charts. */
  readonly curves?: () => readonly TheoryCurve[];
}

/** Largest differences that count as agreement: 5 standard deviations of the estimate, or the tolerance. */
export interface Bound {
  /** Null: any, where the reference is an upper limit. */
  readonly below: number | null;
  readonly above: number;
}

/** The outcome of a check. */
export interface VerifyCheck {
  readonly family: string;
  readonly name: string;
  readonly quantity: string;
  readonly theory: number;
  readonly simulated: number;
  /** Standard deviation of the simulated figure; 0 without chance. */
  readonly deviation: number;
  readonly bound: Bound;
  /** Independent values behind the figure. */
  readonly n: number;
  readonly passed: boolean;
  /** What contradicts the theory, in words; null where the figures say it. */
  readonly detail: string | null;
  readonly source: string;
  readonly place: CurvePlace | null;
}

/** The charts of theory against simulation, in the order of the page. */
export const VERIFY_CHARTS = ["bit-error-rates", "block-error-rates", "label-errors", "outage"] as const;

/** Name of a chart, also of its files. */
export type VerifyChartId = (typeof VERIFY_CHARTS)[number];

/** Which line of a chart a figure belongs to. */
export interface LinePlace {
  readonly chart: VerifyChartId;
  /** Title of the panel. */
  readonly panel: string;
  /** Name of the line in the legend. */
  readonly series: string;
}

/** Where a figure stands in a chart. */
export interface CurvePlace extends LinePlace {
  /** Es/N0 [dB] */
  readonly x: number;
}

/** A line of theory. */
export interface TheoryCurve extends LinePlace {
  /** Es/N0 [dB] and value, ascending */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A figure with five significant digits. */
export function figureText(value: number): string {
  return value === 0 ? "0" : Number(value.toPrecision(5)).toString();
}

/** The wider side of a bound in percent of the theory; undefined where there is no theory to be relative to. */
export function resolutionOf({
  theory,
  bound,
  deviation,
}: Pick<VerifyCheck, "theory" | "bound" | "deviation">): number | undefined {
  return theory === 0 || deviation === 0 ? undefined : (100 * bound.above) / Math.abs(theory);
}

/** `±0.01` where both sides are alike, `+0.02 −0.01` where they are not, `+0.02` where the theory is an upper limit. */
export function boundText({ below, above }: Bound): string {
  if (below === above) return `±${figureText(above)}`;
  return below === null ? `+${figureText(above)}` : `+${figureText(above)} −${figureText(below)}`;
}
