// SPDX-License-Identifier: Apache-2.0
import type { FigureInfo, Measured } from "../results/results.ts";
import { decimal, NOT_MEASURED, percent, signedPoints } from "./number-format.ts";

type Ends = Pick<Measured, "low" | "high">;

const NBSP = "\u00a0";
const PERCENT = 100;

/** By what the values of a figure are multiplied in charts and tables: shares are shown in percent. */
export function scaleOf({ isShare }: FigureInfo): number {
  return isShare ? PERCENT : 1;
}

/** Decimals of a figure in charts and tables. */
export function digitsOf({ isShare }: FigureInfo): number {
  return isShare ? 1 : 3;
}

/** Name of a figure with its unit, for axes and heads of columns: `Top-1 accuracy [%]`. */
export function labelWithUnit({ label, unit, isShare }: FigureInfo): string {
  if (isShare) return `${label} [%]`;
  return unit === "1" ? label : `${label} [${unit}]`;
}

/** The number alone, in the scale of charts and tables: `97.4`. */
export function figureNumber(info: FigureInfo, value: number): string {
  return decimal(scaleOf(info) * value, digitsOf(info));
}

/** A value with its unit: `97.4 %`, `0.812`, `31.20 dB`. */
export function figureValue(info: FigureInfo, value: number): string {
  if (info.isShare) return percent(value);
  return info.unit === "1" ? figureNumber(info, value) : `${figureNumber(info, value)}${NBSP}${info.unit}`;
}

/** `[96.9, 97.8]`; empty where the value is exact. */
export function figureInterval(info: FigureInfo, { low, high }: Ends): string {
  return low === high ? "" : `[${figureNumber(info, low)},${NBSP}${figureNumber(info, high)}]`;
}

/** `97.4 % [96.9, 97.8]`, or the statement that it is not measured. */
export function figureWithInterval(info: FigureInfo, measured: Measured | undefined): string {
  if (measured === undefined) return NOT_MEASURED;
  return `${figureValue(info, measured.value)} ${figureInterval(info, measured)}`.trimEnd();
}

/** Unit of a difference: percentage points of a share, otherwise the figure's own; empty for a pure number. */
export function differenceUnit({ isShare, unit }: FigureInfo): string {
  if (isShare) return "points";
  return unit === "1" ? "" : unit;
}

/** A difference with its sign, without its unit: `+0.42`. */
export function signedNumber(info: FigureInfo, difference: number): string {
  if (info.isShare) return signedPoints(difference);
  const text = decimal(difference, digitsOf(info));
  return difference > 0 && !/^[0.]+$/.test(text) ? `+${text}` : text;
}

/** `[−0.10, +0.94]`, the interval of a difference. */
export function signedEnds(info: FigureInfo, { low, high }: Ends): string {
  return `[${signedNumber(info, low)},${NBSP}${signedNumber(info, high)}]`;
}

/** `+0.42 points [−0.10, +0.94]`. */
export function differenceWithInterval(info: FigureInfo, difference: Ends & Pick<Measured, "value">): string {
  const unit = differenceUnit(info);
  const value = signedNumber(info, difference.value);
  return `${unit === "" ? value : `${value}${NBSP}${unit}`} ${signedEnds(info, difference)}`;
}
