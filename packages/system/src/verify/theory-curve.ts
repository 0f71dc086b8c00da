// SPDX-License-Identifier: Apache-2.0

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
