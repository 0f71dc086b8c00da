// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import type { Architecture, ArchitectureOrigin, SearchResults } from "../../search/search-results.ts";
import { drawLegend } from "../charts/legend.ts";
import type { FigureInfo } from "../../results/figures.ts";
import { figureInterval, figureValue, labelWithUnit, scaleOf } from "../number-format.ts";
import { themed } from "../palette.ts";
import {
  CHART_FONT_SIZE,
  drawPlot,
  type PlacedDrawing,
  renderFigure,
  FULL_WIDTH,
  type DrawingDocument,
} from "../render-svg.ts";
import type { SvgElement } from "../markup.ts";
import { ORIGINS } from "../series.ts";
import { finalRows, leadingFigure } from "./findings.ts";

interface ParetoPoint {
  readonly x: number;
  /** The leading figure in the scale of charts. */
  readonly y: number;
  readonly low: number;
  readonly high: number;
  readonly origin: ArchitectureOrigin;
  readonly isChosen: boolean;
  readonly numSeeds: number;
  readonly title: string;
}

interface Measure {
  readonly title: string;
  readonly xLabel: string;
  readonly value: (architecture: Architecture) => number | null;
}

const MEASURES: readonly Measure[] = [
  { title: "Operations", xLabel: "MACs of one image [M]", value: ({ macs }) => macs / 1e6 },
  { title: "Size", xLabel: "parameters [k]", value: ({ params }) => params / 1e3 },
  { title: "Time on one thread", xLabel: "latency of one image [ms]", value: ({ latencyMs }) => latencyMs },
];

const GAP = 14;
const PANEL_HEIGHT = 330;
const PANEL_MARGIN_LEFT = 54;

/**
 * The leading figure of the finals against MACs, parameters and latency: a dot for each architecture with its 95 % interval over seeds,
 * a ring around the chosen one, and the front of those, measured over two seeds or more, that nothing else beats in both.
 *
 * @returns `undefined` without finals
 */
export function paretoChart(results: SearchResults, document: DrawingDocument): string | undefined {
  const panels = MEASURES.map((measure) => ({ measure, points: pointsOf(results, measure) })).filter(
    ({ points }) => points.length > 0,
  );
  if (panels.length === 0) return undefined;
  const present = new Set(panels.flatMap(({ points }) => points.map(({ origin }) => ORIGINS[origin])));
  const entries = Object.values(ORIGINS)
    .filter((origin) => present.has(origin))
    .map(({ name, hue, symbol }) => ({ label: name, kind: "line", colour: themed(hue), symbol }) as const);
  const legend = drawLegend(entries, FULL_WIDTH - PANEL_MARGIN_LEFT, document);
  const top = legend.height + GAP;
  const width = (FULL_WIDTH - GAP * (MEASURES.length - 1)) / MEASURES.length;
  const figure = leadingFigure(results);
  const domain = domainOf(
    figure,
    panels.flatMap(({ points }) => points),
  );
  const parts: PlacedDrawing[] = [{ drawing: legend.drawing, x: PANEL_MARGIN_LEFT, y: 0 }];
  panels.forEach(({ measure, points }, column) => {
    parts.push({
      drawing: drawPanel(measure, points, { width, figure, domain, document }),
      x: column * (width + GAP),
      y: top,
    });
  });
  return renderFigure({
    width: FULL_WIDTH,
    height: top + PANEL_HEIGHT,
    parts,
    label: `Final ${figure.label} against cost`,
    description: `Final ${labelWithUnit(figure)} against MACs, parameters and latency of every architecture, with the front.`,
  });
}

/** Places of the points that no other one equals or beats in cost and figure, by rising cost. */
export function paretoFront(points: readonly { readonly x: number; readonly y: number }[]): number[] {
  const order = [...points.keys()].toSorted(
    (a, b) => points[a]!.x - points[b]!.x || points[b]!.y - points[a]!.y,
  );
  let best = -Infinity;
  return order.filter((place) => {
    if (points[place]!.y <= best) return false;
    best = points[place]!.y;
    return true;
  });
}

function pointsOf(results: SearchResults, { value }: Measure): ParetoPoint[] {
  const figure = leadingFigure(results);
  const scale = scaleOf(figure);
  return finalRows(results).flatMap(({ architecture, value: y, interval, isChosen, numSeeds }) => {
    const x = value(architecture);
    if (x === null || y === null) return [];
    const { low, high } = interval ?? { low: y, high: y };
    const figures = `${figureValue(figure, y)} ${figureInterval(figure, { low, high })}`.trimEnd();
    const title = `${architecture.label}: ${figures}, seeds: ${numSeeds}`;
    const { origin } = architecture;
    return [{ x, y: scale * y, low: scale * low, high: scale * high, origin, isChosen, numSeeds, title }];
  });
}

/** Room for every mean; the interval of two seeds may be longer and is cut at the frame. */
function domainOf(figure: FigureInfo, points: readonly ParetoPoint[]): [number, number] {
  const means = points.map(({ y }) => y);
  const [lowest, highest] = [Math.min(...means), Math.max(...means)];
  const scale = scaleOf(figure);
  const margin = Math.max(0.01 * scale, 0.2 * (highest - lowest));
  return [lowest - margin, figure.isShare ? Math.min(scale, highest + margin) : highest + margin];
}

function drawPanel(
  { title, xLabel }: Measure,
  points: readonly ParetoPoint[],
  {
    width,
    figure,
    domain,
    document,
  }: {
    readonly width: number;
    readonly figure: FigureInfo;
    readonly domain: readonly [number, number];
    readonly document: DrawingDocument;
  },
): SvgElement {
  const axis = { labelAnchor: "center", labelArrow: "none", tickSize: 3 } as const;
  const [bottom, top] = domain;
  const bars = points.map((point) => {
    return { ...point, low: Math.max(bottom, point.low), high: Math.min(top, point.high) };
  });
  const repeated = points.filter(({ numSeeds }) => numSeeds > 1); // the best of many single runs is luck
  const front = paretoFront(repeated).map((place) => repeated[place]!);
  const options: Plot.PlotOptions = {
    width,
    height: PANEL_HEIGHT,
    marginTop: 26,
    marginBottom: 44,
    marginLeft: PANEL_MARGIN_LEFT,
    marginRight: 12,
    style: { fontSize: `${CHART_FONT_SIZE}px` },
    x: { axis: null, nice: true, inset: 10 },
    y: { axis: null, domain },
    marks: [
      Plot.gridY({ stroke: themed("rule"), strokeOpacity: 1, ticks: 6 }),
      Plot.axisX({ ...axis, label: xLabel, labelOffset: 38, ticks: 5 }),
      Plot.axisY({ ...axis, label: `${labelWithUnit(figure)}, test set`, labelOffset: 46, ticks: 6 }),
      Plot.line(front, { x: "x", y: "y", stroke: themed("muted"), strokeWidth: 1.2, strokeDasharray: "4 3" }),
      ...Object.entries(ORIGINS).flatMap(([origin, { hue, symbol, radius }]) => {
        const own = bars.filter((point) => point.origin === origin);
        const colour = themed(hue);
        return [
          Plot.link(own, {
            x1: "x",
            x2: "x",
            y1: "low",
            y2: "high",
            stroke: colour,
            strokeWidth: 1.4,
          }),
          Plot.dot(own, { x: "x", y: "y", fill: colour, symbol, r: radius, title: "title" }),
        ];
      }),
      Plot.dot(
        points.filter(({ isChosen }) => isChosen),
        { x: "x", y: "y", stroke: themed("ink"), strokeWidth: 1.8, r: 9 },
      ),
      Plot.text([title], { frameAnchor: "top-left", dy: -20, fontWeight: 600 }),
      Plot.frame({ stroke: themed("muted"), strokeOpacity: 0.7 }),
    ],
  };
  return drawPlot(options, document);
}
