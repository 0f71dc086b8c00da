// SPDX-License-Identifier: Apache-2.0
import { type ColourName, themed } from "../../report/palette.ts";
import { drawLegend } from "../../report/charts/legend.ts";
import {
  type DrawingDocument,
  FULL_WIDTH,
  type PlacedDrawing,
  renderFigure,
} from "../../report/render-svg.ts";
import type { Series } from "../../report/series.ts";
import { VERIFY_CHARTS, type VerifyChartId } from "../theory-curve.ts";
import type { VerifyReport } from "../verify-report.ts";
import { drawTheoryPanel, PANEL_MARGIN_LEFT, type TheoryPanel } from "./theory-panel.ts";

/** What a chart says of itself. */
export interface TheoryChartText {
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
