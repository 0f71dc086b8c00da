// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import type { Line, Point } from "../../results/results.ts";
import { decibels, decimal } from "../number-format.ts";
import { themed } from "../palette.ts";
import { CHART_FONT_SIZE, drawPlot } from "../render-svg.ts";
import type { Series } from "../series.ts";
import type { SvgElement } from "../svg-tree.ts";
import type { ChannelGridSpec } from "./channel-grid.ts";
import { endLabelMarks } from "./grid-labels.ts";
import type { GridLayout } from "./grid-layout.ts";

/** One measured value in a grid of panels, in the unit of its y axis. */
export interface GridCell {
  readonly channel: Line["channel"];
  readonly lineId: string;
  readonly series: Series;
  readonly column: number;
  readonly x: number;
  readonly point: Point;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** What one row of panels needs: its own cells, and all cells for the common axes. */
export interface GridRow {
  readonly title: string;
  readonly cells: readonly GridCell[];
  readonly all: readonly GridCell[];
  readonly series: readonly Series[];
  readonly columns: readonly number[];
  readonly layout: GridLayout;
  readonly spec: ChannelGridSpec;
}

const TITLE_HEIGHT = 20;
const MAX_LABELLED_PLACES = 6;

/** Draws one row of panels under its title; returns the drawing and its height [px]. */
export function drawGridRow(row: GridRow): { drawing: SvgElement; height: number } {
  const { layout, spec } = row;
  const marginTop = layout.marginTop + TITLE_HEIGHT;
  const height = marginTop + layout.panelHeight + layout.marginBottom;
  const xDomain = placeDomain(row);
  const yDomain = valueDomain(row);
  const drawing = drawPlot({
    ...{ width: layout.width, height, marginTop, marginBottom: layout.marginBottom },
    ...{ marginLeft: layout.marginLeft, marginRight: layout.marginRight },
    style: { fontSize: `${CHART_FONT_SIZE}px` },
    fx: {
      domain: [...row.columns],
      paddingInner: layout.paddingInner,
      paddingOuter: 0,
      round: false,
      axis: null,
    },
    x: { domain: xDomain, inset: 8, ...xScale(spec.xAxis.type), axis: null },
    y: { domain: yDomain, axis: null },
    marks: [
      Plot.gridY({ stroke: themed("rule"), strokeOpacity: 1, ticks: 5 }),
      Plot.gridX({ stroke: themed("rule"), strokeOpacity: 0.6, ...xTicks(row) }),
      Plot.axisFx({ anchor: "top", label: null, fontWeight: 600, tickFormat: spec.columnTitle, tickSize: 0 }),
      Plot.axisX({
        label: spec.xAxis.label,
        labelAnchor: "center",
        labelArrow: "none",
        labelOffset: 36,
        tickSize: 3,
        ...xTicks(row),
      }),
      Plot.axisY({
        label: spec.yAxis.label,
        labelAnchor: "center",
        labelArrow: "none",
        labelOffset: 44,
        tickSize: 3,
        ticks: 5,
      }),
      ...spec.references.map(({ value, colour, dash }) =>
        Plot.ruleY([spec.yAxis.isPercent ? 100 * value : value], {
          stroke: colour,
          strokeDasharray: dash,
          strokeWidth: 1.1,
        }),
      ),
      ...row.series.toReversed().flatMap((series) => seriesMarks(row, series)),
      ...endLabelMarks(row, { xDomain, yDomain }),
      Plot.text([row.title], {
        frameAnchor: "top-left",
        fx: row.columns[0]!,
        dy: -TITLE_HEIGHT - 22,
        fontWeight: 600,
        fontSize: 14,
      }),
      Plot.frame({ stroke: themed("muted"), strokeOpacity: 0.7 }),
    ],
  });
  return { drawing, height };
}

function seriesMarks(row: GridRow, series: Series): Plot.Markish[] {
  const data = row.cells.filter((cell) => cell.series === series).toSorted((a, b) => a.x - b.x);
  const place = { fx: "column", x: "x", z: "lineId" } as const;
  const { colour, dash, symbol, width } = series;
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
    Plot.line(data, {
      ...place,
      y: "value",
      stroke: colour,
      strokeWidth: width,
      ...(dash === undefined ? {} : { strokeDasharray: dash }),
    }),
    Plot.dot(data, {
      ...place,
      y: "value",
      fill: colour,
      symbol,
      r: series.role === "link" ? 2.6 : 2.4,
      title: (cell: GridCell) => cellTitle(cell, row.spec),
    }),
  ];
}

function cellTitle(cell: GridCell, spec: ChannelGridSpec): string {
  const digits = spec.yAxis.isPercent ? 1 : 3;
  const [value, low, high] = [cell.value, cell.low, cell.high].map((number) => decimal(number, digits));
  const unit = spec.yAxis.isPercent ? " %" : "";
  const place = `${cell.point.numSymbols} symbols, ${decibels(cell.point.esNoDb)}`;
  return `${cell.series.label}, ${place}: ${value}${unit} [${low}, ${high}], n = ${decimal(cell.n, 0)}`;
}

function placeDomain({ all, spec }: GridRow): [number, number] {
  const xs = all.map(({ x }) => x);
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  if (low < high) return [low, high];
  return spec.xAxis.type === "log2" ? [low / 2, low * 2] : [low - 1, low + 1];
}

function valueDomain({ all, spec }: GridRow): [number, number] {
  const step = spec.yAxis.isPercent ? 10 : 0.1;
  const references = spec.references.map(({ value }) => (spec.yAxis.isPercent ? 100 * value : value));
  const low = Math.min(...all.map((cell) => cell.low), ...references);
  const high = Math.max(...all.map((cell) => cell.high), ...references);
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  return [first * step, Math.max(last, first + 1) * step];
}

function xScale(type: "linear" | "log2"): { type: "linear" } | { type: "log"; base: number } {
  return type === "log2" ? { type: "log", base: 2 } : { type: "linear" };
}

function xTicks({
  all,
  spec,
}: GridRow): { ticks: number[]; tickFormat: (value: number) => string } | { ticks: number } {
  const places = [...new Set(all.map(({ x }) => x))].toSorted((a, b) => a - b);
  if (spec.xAxis.type === "linear" && places.length > 1) return { ticks: 4 };
  const octaves = places.filter((place) => Number.isInteger(Math.log2(place)));
  const ticks = places.length > MAX_LABELLED_PLACES && octaves.length > 1 ? octaves : places;
  return { ticks, tickFormat: String };
}
