// SPDX-License-Identifier: Apache-2.0
import type { FigureInfo, Measured } from "../results/results.ts";

/** What stands where the results hold no number. */
export const NOT_MEASURED = "not measured";

const NBSP = "\u00a0";
const MINUS = "\u2212";

/** A number with a fixed count of decimals, grouped thousands and a true minus sign. */
export function decimal(value: number, digits: number): string {
  const text = value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return text.replace("-", Number(text.replaceAll(",", "")) === 0 ? "" : MINUS);
}

/** `0.9741` as `97.4 %`. */
export function percent(fraction: number, digits = 1): string {
  return `${decimal(100 * fraction, digits)}${NBSP}%`;
}

/** A share in percent that never shows a small part as nothing: `53.9 %`, `< 0.1 %`, or not measured. */
export function share(part: number, whole: number | undefined): string {
  if (whole === undefined || whole <= 0) return NOT_MEASURED;
  const isTiny = part > 0 && part / whole < 0.0005;
  return isTiny ? `<${NBSP}0.1${NBSP}%` : percent(part / whole);
}

/** `[96.9, 97.8]`, the interval of a fraction in percent; empty when the value is exact. */
export function percentInterval({ low, high }: Pick<Measured, "low" | "high">, digits = 1): string {
  return low === high ? "" : `[${decimal(100 * low, digits)},${NBSP}${decimal(100 * high, digits)}]`;
}

/** A difference of two fractions in percentage points, with its sign: `+0.42`. */
export function signedPoints(fraction: number, digits = 2): string {
  const text = decimal(100 * fraction, digits);
  return fraction > 0 && !/^[0.]+$/.test(text) ? `+${text}` : text;
}

/** A count in units of its own size: `312 k`, `33.1 M`, `1.2 G`. */
export function compactCount(count: number): string {
  const units: readonly (readonly [number, string])[] = [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ];
  const [size, unit] = units.find(([limit]) => count >= limit) ?? [1, ""];
  if (unit === "") return decimal(count, 0);
  const scaled = count / size;
  return `${decimal(scaled, scaled < 10 ? 2 : scaled < 100 ? 1 : 0)}${NBSP}${unit}`;
}

/** `−2.5 dB`, without decimals that are zero. */
export function decibels(value: number): string {
  return `${String(value).replace("-", MINUS)}${NBSP}dB`;
}

/** A duration [s] as `42 s`, `9 min 30 s` or `2 h 05 min`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${decimal(seconds, seconds < 10 ? 1 : 0)}${NBSP}s`;
  const whole = Math.round(seconds);
  if (whole < 3600)
    return `${Math.floor(whole / 60)}${NBSP}min ${String(whole % 60).padStart(2, "0")}${NBSP}s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}${NBSP}h ${String(minutes % 60).padStart(2, "0")}${NBSP}min`;
}

type Ends = Pick<Measured, "low" | "high">;

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
