// SPDX-License-Identifier: Apache-2.0
import type { Bound } from "./check.ts";

/** A figure with five significant digits. */
export function figureText(value: number): string {
  return value === 0 ? "0" : Number(value.toPrecision(5)).toString();
}

/** `±0.01` where both sides are alike, `+0.02 −0.01` where they are not, `+0.02` where the theory is an upper limit. */
export function boundText({ below, above }: Bound): string {
  if (below === above) return `±${figureText(above)}`;
  return below === null ? `+${figureText(above)}` : `+${figureText(above)} −${figureText(below)}`;
}
