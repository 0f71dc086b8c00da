// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import type { Curve, FigureInfo, Results } from "../../results/results.ts";
import type { SvgElement } from "../markup.ts";
import { labelWithUnit, scaleOf } from "../number-format.ts";
import { type ColourName, themed } from "../palette.ts";
import {
  CHART_FONT_SIZE,
  type DrawingDocument,
  drawPlot,
  FULL_WIDTH,
  type PlacedDrawing,
  renderFigure,
} from "../render-svg.ts";
import { drawLegend } from "./legend.ts";

/** Which curves a chart takes and how it arranges them. */
interface CurveChart {
  readonly label: string;
  readonly description: string;
  readonly curves: readonly Curve[];
  /** Title of a curve's panel; curves with the same title share a panel. */
  readonly panelTitle: (curve: Curve) => string;
  readonly yLabel: (curve: Curve) => string;
  /** By what values are multiplied: 100 for percent. */
  readonly scale: number;
}

interface CurvePanel extends Pick<CurveChart, "curves" | "scale"> {
  readonly title: string;
  readonly yLabel: string;
}

/** Size of a panel [px] and the colour of each metric. */
interface PanelLook {
  readonly width: number;
  readonly height: number;
  readonly colours: ReadonlyMap<string, string>;
}

const COLUMNS = 3;
const PANEL_HEIGHT = 250;
const PANEL_MARGIN_LEFT = 74;
const GAP = 14;
const LOG_RATIO = 20;

/** The first metric of a chart is neutral, because blue means the link in the other charts. */
const HUES: readonly ColourName[] = ["ink", "vermillion", "purple", "green", "orange", "blue"];

/** Training losses against the step, one panel per stage: raw values faint, moving average strong. */
export function trainingLoss({ curves }: Results, document: DrawingDocument): string | undefined {
  const chart: CurveChart = {
    label: "Training loss",
    description:
      "Training loss against the update step, one panel per stage; raw values and their moving average.",
    curves: curves.filter(isLoss),
    panelTitle: ({ stage }) => stage,
    yLabel: () => "loss",
    scale: 1,
  };
  return curveChart(chart, document);
}

/** A figure during training against the step, one panel per stage. */
export function figureVsStep(
  { curves }: Results,
  figure: FigureInfo,
  document: DrawingDocument,
): string | undefined {
  const chart: CurveChart = {
    label: `${figure.label} during training`,
    description: `${figure.label} against the update step, one panel per stage.`,
    curves: curves.filter(({ metric }) => metric === figure.id),
    panelTitle: ({ stage }) => stage,
    yLabel: ({ label }) => labelWithUnit({ ...figure, label }),
    scale: scaleOf(figure),
  };
  return curveChart(chart, document);
}

/** Every other curve of the results against the step, one panel per stage and metric, in its own unit. */
export function otherCurves({ curves, figures }: Results, document: DrawingDocument): string | undefined {
  const isFigure = ({ metric }: Curve): boolean => figures.some(({ id }) => id === metric);
  const chart: CurveChart = {
    label: "Other training curves",
    description: "Further quantities recorded during training against the update step, in their own units.",
    curves: curves.filter((curve) => !isLoss(curve) && !isFigure(curve)),
    panelTitle: ({ stage, label }) => `${stage}: ${label}`,
    yLabel: ({ label }) => label,
    scale: 1,
  };
  return curveChart(chart, document);
}

/** Whether a curve is the loss or a loss of its own, known by the end of its key. */
function isLoss({ metric }: Curve): boolean {
  return /loss$/i.test(metric);
}

/** The curves in panels, three to a row; `undefined` when none has points. */
function curveChart(chart: CurveChart, document: DrawingDocument): string | undefined {
  const curves = chart.curves.filter(({ points }) => points.length > 0);
  if (curves.length === 0) return undefined;
  const panels = panelsOf({ ...chart, curves });
  const metrics = new Map(curves.map(({ metric, label }) => [metric, label]));
  const colours = new Map(
    [...metrics.keys()].map((metric, index) => [metric, themed(HUES[index % HUES.length]!)]),
  );
  const columns = Math.max(2, Math.min(COLUMNS, panels.length));
  const look = { width: (FULL_WIDTH - GAP * (columns - 1)) / columns, height: PANEL_HEIGHT, colours };
  const parts: PlacedDrawing[] = [];
  let top = 0;
  if (panels.some(({ curves: own }) => own.length > 1)) {
    const entries = [...metrics].map(([metric, label]) => {
      return { label, kind: "line", colour: colours.get(metric)! } as const;
    });
    const legend = drawLegend(entries, FULL_WIDTH - PANEL_MARGIN_LEFT, document);
    parts.push({ drawing: legend.drawing, x: PANEL_MARGIN_LEFT, y: 0 });
    top = legend.height + GAP;
  }
  panels.forEach((panel, index) => {
    const x = (index % columns) * (look.width + GAP);
    const y = top + Math.floor(index / columns) * (PANEL_HEIGHT + GAP);
    parts.push({ drawing: drawPanel(panel, look, document), x, y });
  });
  const height = top + Math.ceil(panels.length / columns) * (PANEL_HEIGHT + GAP) - GAP;
  const { label, description } = chart;
  return renderFigure({ width: FULL_WIDTH, height, label, description, parts });
}

function panelsOf({ curves, panelTitle, yLabel, scale }: CurveChart): CurvePanel[] {
  return [...new Set(curves.map(panelTitle))].map((title) => {
    const own = curves.filter((curve) => panelTitle(curve) === title);
    return { title, yLabel: yLabel(own[0]!), scale, curves: own };
  });
}

/** Draws one panel: raw values faint, the moving average strong; short curves as lines with dots. */
function drawPanel(
  panel: CurvePanel,
  { width, height, colours }: PanelLook,
  document: DrawingDocument,
): SvgElement {
  const points = panel.curves.flatMap((curve) => curve.points);
  const values = points.map(([, value]) => panel.scale * value);
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const isLog = panel.scale === 1 && lowest > 0 && highest > LOG_RATIO * lowest;
  const largest = Math.max(Math.abs(lowest), Math.abs(highest));
  const isExtreme = largest >= 1e4 || (largest > 0 && largest < 1e-2);
  const axis = { labelAnchor: "center", labelArrow: "none", tickSize: 3 } as const;
  const label = isLog ? `${panel.yLabel}, log scale` : panel.yLabel;
  const yTicks = { ticks: 5, ...(isExtreme ? { tickFormat: ".1~e" } : {}) };
  const options: Plot.PlotOptions = {
    width,
    height,
    marginTop: 28,
    marginBottom: 44,
    marginLeft: PANEL_MARGIN_LEFT,
    marginRight: 14,
    style: { fontSize: `${CHART_FONT_SIZE}px` },
    x: { axis: null, inset: 5, domain: [0, Math.max(1, ...points.map(([step]) => step))] },
    y: { axis: null, nice: true, type: isLog ? "log" : "linear", domain: valueDomain(lowest, highest) },
    marks: [
      Plot.gridY({ stroke: themed("rule"), strokeOpacity: 1, ticks: 5 }),
      Plot.axisX({ ...axis, label: "step [updates]", labelOffset: 38, ticks: 4 }),
      Plot.axisY({ ...axis, ...yTicks, label, labelOffset: 64 }),
      ...panel.curves.flatMap((curve) => curveMarks(curve, colours.get(curve.metric)!, panel.scale)),
      Plot.text([panel.title], { frameAnchor: "top-left", dy: -20, fontWeight: 600 }),
      Plot.frame({ stroke: themed("muted"), strokeOpacity: 0.7 }),
    ],
  };
  return drawPlot(options, document);
}

function valueDomain(lowest: number, highest: number): [number, number] {
  if (lowest < highest) return [lowest, highest];
  const margin = lowest === 0 ? 1 : Math.abs(lowest) / 10;
  return [lowest - margin, highest + margin];
}

function curveMarks({ points }: Curve, stroke: string, scale: number): Plot.Markish[] {
  const data = points.map(([step, value]): [number, number] => [step, scale * value]);
  if (!isSmoothable(data)) {
    return [Plot.line(data, { stroke, strokeWidth: 1.6 }), Plot.dot(data, { fill: stroke, r: 2.6 })];
  }
  return [
    Plot.line(data, { stroke, strokeWidth: 1, strokeOpacity: 0.28 }),
    Plot.line(smooth(data), { stroke, strokeWidth: 1.8 }),
  ];
}

/** One point of a curve: step and value. */
export type CurvePoint = Curve["points"][number];

const MIN_POINTS = 30;
const WINDOWS_PER_CURVE = 25;

/** Whether a curve is long enough to be drawn smoothed over its raw values. */
export function isSmoothable(points: readonly CurvePoint[]): boolean {
  return points.length >= MIN_POINTS;
}

/**
 * Moving average `s_i = mean(v_(i−r) … v_(i+r))` with `2r + 1` about a 25th of the curve; at the ends the
 * window is cut off, so the last value is a mean as well and not one noisy sample.
 */
export function smooth(points: readonly CurvePoint[]): CurvePoint[] {
  const radius = Math.floor(points.length / WINDOWS_PER_CURVE / 2);
  return points.map(([step], index) => {
    const window = points.slice(Math.max(0, index - radius), index + radius + 1);
    return [step, window.reduce((sum, [, value]) => sum + value, 0) / window.length];
  });
}
