// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import { drawLegend } from "../../report/charts/legend.ts";
import { type ColourName, themed } from "../../report/palette.ts";
import {
  CHART_FONT_SIZE,
  type DrawingDocument,
  drawPlot,
  FULL_WIDTH,
  type PlacedDrawing,
  renderFigure,
} from "../../report/render-svg.ts";
import type { Series } from "../../report/series.ts";
import type { SvgElement } from "../../report/markup.ts";
import {
  boundText,
  figureText,
  type TheoryCurve,
  VERIFY_CHARTS,
  type VerifyChartId,
  type VerifyCheck,
} from "../check.ts";
import { SIGMAS } from "../run-check.ts";
import type { VerifyReport } from "../verify-report.ts";

/** What a chart says of itself. */
interface TheoryChartText {
  readonly label: string;
  readonly yLabel: string;
  readonly caption: string;
}

/** The text of every chart. */
export const THEORY_CHART_TEXTS: Readonly<Record<VerifyChartId, TheoryChartText>> = {
  "bit-error-rates": {
    label: "Uncoded bit error rates",
    yLabel: "bit error rate",
    caption:
      "Uncoded bit error rates of Gray constellations with the gain known to the receiver. Lines: closed forms.",
  },
  "block-error-rates": {
    label: "Block error rates of the 5G LDPC code",
    yLabel: "block error rate",
    caption:
      "Block error rates of the 5G LDPC code of rate 1/2 with QPSK over AWGN, n sent bits. Lines: published points of flooding sum-product decoding; normalised min-sum may lie below them.",
  },
  "label-errors": {
    label: "Label errors",
    yLabel: "label error rate",
    caption:
      "Errors of labels sent as one codeword each and decided by maximum likelihood. Lines: closed forms.",
  },
  outage: {
    label: "Outage of the channel",
    yLabel: "probability of outage",
    caption:
      "How often a symbol of the channel carries less than one bit. Line: from the channel's own mean over its power gain.",
  },
};

/** A chart that could be drawn: standalone SVG. */
export interface TheoryChart {
  readonly id: VerifyChartId;
  readonly svg: string;
}

const GAP = 14;
const PANEL_HEIGHT = 340;
/** Left margin of a panel [px]: where its axis, and a legend above it, begin. */
const PANEL_MARGIN_LEFT = 66;
const HUES: readonly ColourName[] = ["blue", "vermillion", "green", "purple", "orange", "ink"];
const SYMBOLS: readonly Series["symbol"][] = ["circle", "square", "triangle", "diamond", "star", "wye"];

/** Every chart for which a report has lines: theory as lines, simulation as dots with bars of 5 standard deviations. */
export function drawTheoryCharts(report: VerifyReport, document: DrawingDocument): TheoryChart[] {
  return VERIFY_CHARTS.flatMap((id) => {
    const svg = theoryChart(report, id, document);
    return svg === undefined ? [] : [{ id, svg }];
  });
}

function theoryChart(
  { curves, checks }: VerifyReport,
  id: VerifyChartId,
  document: DrawingDocument,
): string | undefined {
  const own = curves.filter(({ chart }) => chart === id);
  if (own.length === 0) return undefined;
  const names = [...new Set(own.map(({ series }) => series))];
  const styles = new Map(
    names.map((name, i) => {
      const colour = themed(HUES[i % HUES.length]!);
      return [name, { colour, symbol: SYMBOLS[i % SYMBOLS.length]! }] as const;
    }),
  );
  const { label, yLabel, caption } = THEORY_CHART_TEXTS[id];
  const titles = [...new Set(own.map(({ panel }) => panel))];
  const width = (FULL_WIDTH - GAP * (titles.length - 1)) / titles.length;
  const entries = [...styles].map(([name, style]) => ({ label: name, kind: "line", ...style }) as const);
  const legend = drawLegend(entries, FULL_WIDTH - PANEL_MARGIN_LEFT, document);
  const top = legend.height + GAP;
  const parts: PlacedDrawing[] = [{ drawing: legend.drawing, x: PANEL_MARGIN_LEFT, y: 0 }];
  const decades = decadesOf(own.flatMap(({ points }) => points.map(([, y]) => y)));
  titles.forEach((title, column) => {
    const panel: TheoryPanel = {
      title,
      yLabel,
      styles,
      decades,
      curves: own.filter((curve) => curve.panel === title),
      checks: checks.filter(({ place }) => place?.chart === id && place.panel === title),
    };
    const drawing = drawTheoryPanel(panel, { width, height: PANEL_HEIGHT }, document);
    parts.push({ drawing, x: column * (width + GAP), y: top });
  });
  return renderFigure({ width: FULL_WIDTH, height: top + PANEL_HEIGHT, label, description: caption, parts });
}

/** Powers of ten from below every value up to 1. */
function decadesOf(values: readonly number[]): number[] {
  const first = Math.floor(Math.log10(Math.min(0.1, ...values)));
  return Array.from({ length: 1 - first }, (_, i) => first + i);
}

/** One panel of error rates over Es/N0. */
interface TheoryPanel {
  readonly title: string;
  readonly yLabel: string;
  readonly curves: readonly TheoryCurve[];
  readonly checks: readonly VerifyCheck[];
  readonly styles: ReadonlyMap<string, Pick<Series, "colour" | "symbol">>;
  /** Exponents of ten on the y axis, ascending, the last one 0. */
  readonly decades: readonly number[];
}

interface Dot {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
  readonly passed: boolean;
  readonly title: string;
}

/** Draws one panel on a logarithmic axis; a check that failed has a ring around it. */
function drawTheoryPanel(
  panel: TheoryPanel,
  size: { width: number; height: number },
  document: DrawingDocument,
): SvgElement {
  const { title, yLabel, curves, checks, styles, decades } = panel;
  const lowest = 10 ** decades[0]!;
  const axis = { labelAnchor: "center", labelArrow: "none", tickSize: 3 } as const;
  const ticks = decades.map((decade) => 10 ** decade);
  const options: Plot.PlotOptions = {
    ...size,
    marginTop: 28,
    marginBottom: 44,
    marginLeft: PANEL_MARGIN_LEFT,
    marginRight: 14,
    style: { fontSize: `${CHART_FONT_SIZE}px` },
    x: { axis: null, inset: 8, domain: extentOf(panel) },
    y: { axis: null, type: "log", domain: [lowest, 1] },
    marks: [
      Plot.gridY(ticks, { stroke: themed("rule"), strokeOpacity: 1 }),
      Plot.gridX({ stroke: themed("rule"), strokeOpacity: 0.6, ticks: 6 }),
      Plot.axisX({ ...axis, label: "Es/N0 [dB]", labelOffset: 38, ticks: 6 }),
      Plot.axisY(ticks, { ...axis, label: yLabel, labelOffset: 58, tickFormat: decadeText }),
      ...curves.flatMap(({ series, points }) =>
        Plot.line(
          points.filter(([, y]) => y >= lowest),
          { stroke: styles.get(series)!.colour, strokeWidth: 1.4 },
        ),
      ),
      ...[...styles].flatMap(([series, { colour, symbol }]) => {
        const dots = checks.filter(({ place }) => place?.series === series).flatMap((c) => dotOf(c, lowest));
        return [
          Plot.link(dots, { x1: "x", x2: "x", y1: "low", y2: "high", stroke: colour, strokeWidth: 1.6 }),
          Plot.dot(dots, { x: "x", y: "y", fill: colour, symbol, r: 3.2, title: "title" }),
          Plot.dot(
            dots.filter(({ passed }) => !passed),
            { x: "x", y: "y", stroke: themed("ink"), strokeWidth: 2, r: 9 },
          ),
        ];
      }),
      Plot.text([title], { frameAnchor: "top-left", dy: -20, fontWeight: 600 }),
      Plot.frame({ stroke: themed("muted"), strokeOpacity: 0.7 }),
    ],
  };
  return drawPlot(options, document);
}

/** The figure of a check; nothing where it is 0, which a logarithmic axis cannot show. */
function dotOf(
  { name, place, theory, simulated, deviation, bound, passed, n }: VerifyCheck,
  lowest: number,
): Dot[] {
  if (place === null || !(simulated >= lowest)) return [];
  const reach = SIGMAS * deviation;
  const [low, high] = [Math.max(lowest, simulated - reach), Math.min(1, simulated + reach)];
  const figures = `${figureText(simulated)}, theory ${figureText(theory)} ${boundText(bound)}`;
  const title = `${name}: ${figures}, n = ${n.toLocaleString("en-US")}`;
  return [{ x: place.x, y: simulated, low, high, passed, title }];
}

function extentOf({ curves }: TheoryPanel): [number, number] {
  const places = curves.flatMap(({ points }) => points.map(([x]) => x));
  return [Math.min(...places), Math.max(...places)];
}

/** `10⁻³`, without a font that has raised digits: `1e−3`. */
function decadeText(value: number): string {
  return value === 1 ? "1" : `1e−${Math.round(-Math.log10(value))}`;
}
