// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import type { Comparison, FigureInfo, Results } from "../../results/results.ts";
import { differenceUnit, scaleOf, signedEnds, signedNumber } from "../number-format.ts";
import { themed } from "../palette.ts";
import { CHART_FONT_SIZE, type DrawingDocument, drawPlot, FULL_WIDTH, renderFigure } from "../render-svg.ts";
import { containsZero, shownComparisons } from "../selection.ts";

interface ComparisonRow {
  readonly index: number;
  readonly label: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly isClear: boolean;
  readonly text: string;
}

const ROW_HEIGHT = 40;
const LABEL_WIDTH = 380;
const VALUE_WIDTH = 170;

/**
 * Paired differences in a figure (shares in percentage points) as dots with 95 % whiskers, one row each; the dot is hollow where the
 * interval contains zero.
 */
export function comparisonsChart(
  results: Results,
  info: FigureInfo,
  document: DrawingDocument,
): string | undefined {
  const comparisons = shownComparisons(results).filter(({ figure }) => figure === info.id);
  if (comparisons.length === 0) return undefined;
  const rows = comparisons.map((comparison, index) => rowOf(comparison, info, index));
  const height = rows.length * ROW_HEIGHT + 52;
  const ink = themed("ink");
  const unit = info.isShare ? "percentage points" : differenceUnit(info);
  const options: Plot.PlotOptions = {
    width: FULL_WIDTH,
    height,
    marginTop: 4,
    marginBottom: 48,
    marginLeft: LABEL_WIDTH,
    marginRight: VALUE_WIDTH,
    style: { fontSize: `${CHART_FONT_SIZE}px` },
    x: { axis: null, nice: true, inset: 12 },
    y: { type: "band", domain: rows.map(({ index }) => index), axis: null, padding: 0.2 },
    marks: [
      Plot.gridX({ stroke: themed("rule"), strokeOpacity: 1, ticks: 8 }),
      Plot.ruleX([0], { stroke: ink, strokeWidth: 1.2 }),
      Plot.axisX({
        label: unit === "" ? "difference" : `difference [${unit}]`,
        labelAnchor: "center",
        labelArrow: "none",
        labelOffset: 40,
        tickSize: 3,
        ticks: 8,
      }),
      Plot.axisY({
        label: null,
        tickSize: 0,
        lineWidth: 30,
        tickFormat: (index: number) => rows[index]?.label ?? "",
      }),
      Plot.link(rows, { x1: "low", x2: "high", y: "index", stroke: themed("blue"), strokeWidth: 2 }),
      ...(["low", "high"] as const).map((x) =>
        Plot.tickX(rows, { x, y: "index", inset: 9, stroke: themed("blue"), strokeWidth: 2 }),
      ),
      Plot.dot(rows, {
        x: "value",
        y: "index",
        r: 4.5,
        stroke: themed("blue"),
        strokeWidth: 2,
        fill: (row: ComparisonRow) => (row.isClear ? themed("blue") : themed("paper")),
      }),
      Plot.text(rows, {
        y: "index",
        text: "text",
        frameAnchor: "right",
        dx: 12,
        textAnchor: "start",
        fontVariant: "tabular-nums",
        fill: ink,
      }),
    ],
  };
  return renderFigure({
    width: FULL_WIDTH,
    height,
    parts: [{ drawing: drawPlot(options, document), x: 0, y: 0 }],
    label: `Comparisons: ${info.label}`,
    description: `Paired differences in ${info.label} with their 95 % intervals, one row each.`,
  });
}

function rowOf({ label, difference }: Comparison, info: FigureInfo, index: number): ComparisonRow {
  const scale = scaleOf(info);
  return {
    index,
    label,
    text: `${signedNumber(info, difference.value)} ${signedEnds(info, difference)}`,
    isClear: !containsZero(difference),
    value: scale * difference.value,
    low: scale * difference.low,
    high: scale * difference.high,
  };
}
