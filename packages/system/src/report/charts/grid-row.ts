// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import type { FigureInfo, Measured, Point } from "../../results/results.ts";
import { decibels, decimal, figureWithInterval, labelWithUnit, scaleOf } from "../number-format.ts";
import { themed } from "../palette.ts";
import { CHART_FONT_SIZE, type DrawingDocument, drawPlot, FULL_WIDTH } from "../render-svg.ts";
import type { Series } from "../series.ts";
import type { SvgElement } from "../markup.ts";
import { type EndLabel, endLabelMarks } from "./labels.ts";

/** One measured value in a grid of panels, in the unit of its y axis. */
export interface GridCell {
  readonly channel: string;
  readonly lineId: string;
  readonly series: Series;
  readonly column: number;
  readonly x: number;
  readonly point: Point;
  readonly measured: Measured;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A horizontal line of a chart that no channel changes. */
export interface ReferenceLine {
  readonly label: string;
  /** The label with its number, for the end of the line. */
  readonly endLabel: string;
  /** In the unit of the y axis. */
  readonly value: number;
  readonly colour: string;
  readonly dash: string;
}

/** Margins and panel sizes of a row of panels that share their axes [px]. */
interface GridLayout {
  readonly width: number;
  readonly panelWidth: number;
  readonly panelHeight: number;
  readonly marginLeft: number;
  readonly marginRight: number;
  /** Gap between panels as a share of the panel step. */
  readonly paddingInner: number;
}

/** What one row of panels needs: its own cells, and all cells of the chart for the common axes. */
export interface GridRow {
  readonly title: string;
  readonly figure: FigureInfo;
  readonly cells: readonly GridCell[];
  readonly all: readonly GridCell[];
  readonly series: readonly Series[];
  readonly references: readonly ReferenceLine[];
  readonly columns: readonly number[];
  readonly columnTitle: (column: number) => string;
  readonly xAxis: { readonly label: string; readonly type: "linear" | "log2" };
  readonly layout: GridLayout;
}

const PADDING_INNER = 0.08;
const LEFT_MARGIN = 64;
const MIN_STEP = 184;
const MAX_STEP = 480;
const TITLE_HEIGHT = 20;
const MARGIN_TOP = 24 + TITLE_HEIGHT;
const MARGIN_BOTTOM = 44;
const INSET = 8;
const MAX_LABELLED_PLACES = 6;

/**
 * Layout for `numColumns` panels with `labelMargin` [px] for end labels: five panels fill the page, fewer get
 * wider panels, more make the chart wider.
 */
export function gridLayout(numColumns: number, labelMargin: number): GridLayout {
  const margins = LEFT_MARGIN + labelMargin;
  const paddingInner = numColumns === 1 ? 0 : PADDING_INNER;
  const step = Math.max(MIN_STEP, Math.min(MAX_STEP, (FULL_WIDTH - margins) / (numColumns - paddingInner)));
  return {
    width: Math.ceil(margins + step * (numColumns - paddingInner)),
    panelWidth: step * (1 - paddingInner),
    panelHeight: numColumns <= 2 ? 270 : 220,
    marginLeft: LEFT_MARGIN,
    marginRight: labelMargin,
    paddingInner,
  };
}

/** Draws one row of panels under its title; returns the drawing and its height [px]. */
export function drawGridRow(
  row: GridRow,
  document: DrawingDocument,
): { drawing: SvgElement; height: number } {
  const { layout, xAxis, references } = row;
  const height = MARGIN_TOP + layout.panelHeight + MARGIN_BOTTOM;
  const xDomain = placeDomain(row);
  const yDomain = valueDomain(row);
  const axis = { labelAnchor: "center", labelArrow: "none", tickSize: 3 } as const;
  const options: Plot.PlotOptions = {
    width: layout.width,
    height,
    marginTop: MARGIN_TOP,
    marginBottom: MARGIN_BOTTOM,
    marginLeft: layout.marginLeft,
    marginRight: layout.marginRight,
    style: { fontSize: `${CHART_FONT_SIZE}px` },
    fx: {
      domain: [...row.columns],
      paddingInner: layout.paddingInner,
      paddingOuter: 0,
      round: false,
      axis: null,
    },
    x: { domain: xDomain, inset: INSET, ...xScale(xAxis.type), axis: null },
    y: { domain: yDomain, axis: null },
    marks: [
      Plot.gridY({ stroke: themed("rule"), strokeOpacity: 1, ticks: 5 }),
      Plot.gridX({ stroke: themed("rule"), strokeOpacity: 0.6, ...xTicks(row) }),
      Plot.axisFx({ anchor: "top", label: null, fontWeight: 600, tickFormat: row.columnTitle, tickSize: 0 }),
      Plot.axisX({ ...axis, label: xAxis.label, labelOffset: 38, ...xTicks(row) }),
      Plot.axisY({ ...axis, label: labelWithUnit(row.figure), labelOffset: 54, ticks: 5 }),
      ...references.map(({ value, colour, dash }) =>
        Plot.ruleY([value], { stroke: colour, strokeDasharray: dash, strokeWidth: 1.1 }),
      ),
      ...row.series.toReversed().flatMap((series) => seriesMarks(row, series)),
      ...endLabelMarks(endLabelsOf(row), {
        column: row.columns.at(-1)!,
        height: layout.panelHeight,
        yDomain,
        xAtEdge: (pixels) => xAtEdge(row, xDomain, pixels),
      }),
      Plot.text([row.title], {
        frameAnchor: "top-left",
        fx: row.columns[0]!,
        dy: -TITLE_HEIGHT - 22,
        fontWeight: 600,
        fontSize: 14,
      }),
      Plot.frame({ stroke: themed("muted"), strokeOpacity: 0.7 }),
    ],
  };
  return { drawing: drawPlot(options, document), height };
}

function seriesMarks(row: GridRow, series: Series): Plot.Markish[] {
  const data = row.cells.filter((cell) => cell.series === series).toSorted((a, b) => a.x - b.x);
  const place = { fx: "column", x: "x", z: "lineId" } as const;
  const { colour, dash, symbol, width } = series;
  const stroke = {
    stroke: colour,
    strokeWidth: width,
    ...(dash === undefined ? {} : { strokeDasharray: dash }),
  };
  return [
    ...(data.length === 1
      ? [Plot.link(data, { ...place, y1: "low", y2: "high", stroke: colour, strokeWidth: 1.2 })]
      : []),
    Plot.areaY(data, {
      ...place,
      y1: "low",
      y2: "high",
      fill: colour,
      fillOpacity: series.role === "link" ? 0.22 : 0.1,
    }),
    Plot.line(data, { ...place, y: "value", ...stroke }),
    Plot.dot(data, {
      ...place,
      y: "value",
      fill: colour,
      symbol,
      r: series.role === "link" ? 2.6 : 2.4,
      title: (cell: GridCell) => cellTitle(cell, row.figure),
    }),
  ];
}

function cellTitle({ point, series, measured }: GridCell, figure: FigureInfo): string {
  const place = `${point.numSymbols} symbols, ${decibels(point.esNoDb)}`;
  return `${series.label}, ${place}: ${figureWithInterval(figure, measured)}, n = ${decimal(measured.n, 0)}`;
}

function endLabelsOf({ series, cells, columns, references }: GridRow): EndLabel[] {
  const last = cells.filter(({ column }) => column === columns.at(-1));
  const lines = series.flatMap((style): EndLabel[] => {
    const [end] = last.filter((cell) => cell.series === style).toSorted((a, b) => b.x - a.x);
    return end === undefined ? [] : [{ text: style.label, colour: style.colour, value: end.value }];
  });
  return [...references.map(({ endLabel, colour, value }) => ({ text: endLabel, colour, value })), ...lines];
}

function placeDomain({ all, xAxis }: GridRow): [number, number] {
  const xs = all.map(({ x }) => x);
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  if (low < high) return [low, high];
  return xAxis.type === "log2" ? [low / 2, low * 2] : [low - 1, low + 1];
}

/** From the lowest to the highest end of an interval, out to a round number: tens of percent, or a power of ten. */
function valueDomain({ all, references, figure }: GridRow): [number, number] {
  const values = references.map(({ value }) => value);
  const low = Math.min(...all.map((cell) => cell.low), ...values);
  const high = Math.max(...all.map((cell) => cell.high), ...values);
  const decade = high > low ? 10 ** Math.floor(Math.log10((high - low) / 2)) : 0.1;
  const step = figure.isShare ? scaleOf(figure) / 10 : decade;
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  return [first * step, Math.max(last, first + 1) * step];
}

function xScale(type: "linear" | "log2"): { type: "linear" } | { type: "log"; base: number } {
  return type === "log2" ? { type: "log", base: 2 } : { type: "linear" };
}

function xTicks({
  all,
  xAxis,
}: GridRow): { ticks: number[]; tickFormat: (value: number) => string } | { ticks: number } {
  const places = [...new Set(all.map(({ x }) => x))].toSorted((a, b) => a - b);
  if (xAxis.type === "linear" && places.length > 1) return { ticks: 4 };
  const octaves = places.filter((place) => Number.isInteger(Math.log2(place)));
  const ticks = places.length > MAX_LABELLED_PLACES && octaves.length > 1 ? octaves : places;
  return { ticks, tickFormat: String };
}

function xAtEdge({ layout, xAxis }: GridRow, [low, high]: readonly [number, number], pixels: number): number {
  const share = (pixels + INSET) / (layout.panelWidth - 2 * INSET);
  return xAxis.type === "log2" ? high * (high / low) ** share : high + share * (high - low);
}
