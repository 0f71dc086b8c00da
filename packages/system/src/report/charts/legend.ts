// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import { themed } from "../palette.ts";
import { CHART_FONT_SIZE, type DrawingDocument, drawPlot } from "../render-svg.ts";
import type { Series } from "../series.ts";
import type { SvgElement } from "../markup.ts";
import { textWidth } from "./labels.ts";

/** One entry of a legend: a line with its marker, a line without one, or a shaded band. */
export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  readonly kind: "line" | "band";
  readonly dash?: string | undefined;
  readonly symbol?: Series["symbol"] | undefined;
  readonly width?: number;
}

/** A drawn legend and the height it needs [px]. */
interface Legend {
  readonly drawing: SvgElement;
  readonly height: number;
}

const ROW_HEIGHT = 20;
const KEY_WIDTH = 30;
const KEY_GAP = 7;
const ENTRY_GAP = 22;

/** Legend entry of a line. */
export function seriesEntry(series: Series): LegendEntry {
  return { ...series, kind: "line" };
}

/** Draws entries side by side, wrapped to `width` [px]. */
export function drawLegend(
  entries: readonly LegendEntry[],
  width: number,
  document: DrawingDocument,
): Legend {
  const placed = placeEntries(entries, width);
  const height = ROW_HEIGHT * (1 + Math.max(0, ...placed.map(({ row }) => row)));
  const marks = placed.flatMap(({ entry, x, row }) => {
    const y = row * ROW_HEIGHT + ROW_HEIGHT / 2;
    return [
      ...keyMarks(entry, x, y),
      Plot.text([[x + KEY_WIDTH + KEY_GAP, y]], {
        text: [entry.label],
        textAnchor: "start",
        fill: themed("ink"),
      }),
    ];
  });
  const options: Plot.PlotOptions = {
    width,
    height,
    margin: 0,
    style: { fontSize: `${CHART_FONT_SIZE}px` },
    x: { type: "identity", axis: null },
    y: { type: "identity", axis: null },
    marks,
  };
  const drawing = drawPlot(options, document);
  return { drawing, height };
}

function keyMarks(entry: LegendEntry, x: number, y: number): Plot.Markish[] {
  const { colour, dash, symbol, width = 1.6 } = entry;
  if (entry.kind === "band") {
    const box = { x1: [x], x2: [x + KEY_WIDTH], y1: [y - 5], y2: [y + 5] };
    return [Plot.rect({ length: 1 }, { ...box, fill: colour, fillOpacity: 0.22 })];
  }
  const ends = { x1: [x], x2: [x + KEY_WIDTH], y: [y] };
  const stroke = {
    stroke: colour,
    strokeWidth: width,
    ...(dash === undefined ? {} : { strokeDasharray: dash }),
  };
  const line = Plot.link({ length: 1 }, { x1: ends.x1, x2: ends.x2, y1: ends.y, y2: ends.y, ...stroke });
  if (symbol === undefined) return [line];
  return [line, Plot.dot([[x + KEY_WIDTH / 2, y]], { symbol, fill: colour, r: 3.2 })];
}

function placeEntries(
  entries: readonly LegendEntry[],
  width: number,
): { entry: LegendEntry; x: number; row: number }[] {
  let x = 0;
  let row = 0;
  return entries.map((entry) => {
    const length = KEY_WIDTH + KEY_GAP + textWidth(entry.label, CHART_FONT_SIZE);
    if (x > 0 && x + length > width) {
      x = 0;
      row += 1;
    }
    const place = { entry, x, row };
    x += length + ENTRY_GAP;
    return place;
  });
}
