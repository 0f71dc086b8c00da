// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import { themed } from "../palette.ts";
import { CHART_FONT_SIZE } from "../render-svg.ts";
import { spreadLabels } from "./end-labels.ts";
import { fitText, textWidth } from "./text-width.ts";
import type { GridRow } from "./grid-row.ts";

/** Axis domains that the labels must know to stand beside the last panel. */
export interface GridDomains {
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
}

interface EndLabel {
  readonly text: string;
  readonly colour: string;
  readonly value: number;
}

const INSET = 8;
const LEADER_START = 5;
const LEADER_END = 20;
const TEXT_START = 24;
const MAX_TEXT_WIDTH = 210;

/** Margin [px] right of the last panel that holds these end labels. */
export function labelMargin(labels: readonly string[]): number {
  const widest = Math.max(0, ...labels.map((label) => textWidth(label, CHART_FONT_SIZE)));
  return Math.ceil(TEXT_START + Math.min(MAX_TEXT_WIDTH, widest) + 6);
}

/** Names of lines and references at the right edge of the last panel, spread apart, with leaders. */
export function endLabelMarks(row: GridRow, { xDomain, yDomain }: GridDomains): Plot.Markish[] {
  const labels = labelsOf(row);
  const column = row.columns.at(-1);
  if (labels.length === 0 || column === undefined) return [];
  const perPixel = (yDomain[1] - yDomain[0]) / row.layout.panelHeight;
  const room = { gap: (CHART_FONT_SIZE + 2) * perPixel, low: yDomain[0], high: yDomain[1] };
  const ends = spreadLabels(
    labels.map(({ value }) => value),
    room,
  );
  const placed = labels.map((label, index) => ({
    ...label,
    text: fitText(label.text, MAX_TEXT_WIDTH, CHART_FONT_SIZE),
    column,
    end: ends[index]!,
  }));
  const at = (pixels: number): number => xAtEdge(row, xDomain, pixels);
  const place = { fx: "column", stroke: "colour", strokeWidth: 1 } as const;
  return [
    Plot.link(placed, {
      ...place,
      x1: () => at(LEADER_START),
      x2: () => at(LEADER_END),
      y1: "value",
      y2: "end",
    }),
    Plot.text(placed, {
      fx: "column",
      x: () => at(TEXT_START),
      y: "end",
      text: "text",
      textAnchor: "start",
      fill: themed("ink"),
    }),
  ];
}

function labelsOf({ series, cells, columns, spec }: GridRow): EndLabel[] {
  const last = cells.filter(({ column }) => column === columns.at(-1));
  const lines = series.flatMap((style): EndLabel[] => {
    const [end] = last.filter((cell) => cell.series === style).toSorted((a, b) => b.x - a.x);
    return end === undefined ? [] : [{ text: style.label, colour: style.colour, value: end.value }];
  });
  const references = spec.references.map(({ endLabel, colour, value }) => ({
    text: endLabel,
    colour,
    value: spec.yAxis.isPercent ? 100 * value : value,
  }));
  return [...references, ...lines];
}

/** The x value that lies `pixels` to the right of the last panel's edge. */
function xAtEdge({ layout, spec }: GridRow, [low, high]: readonly [number, number], pixels: number): number {
  const share = (pixels + INSET) / (layout.panelWidth - 2 * INSET);
  return spec.xAxis.type === "log2" ? high * (high / low) ** share : high + share * (high - low);
}
