// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import type { Curve } from "../../results/results.ts";
import { themed } from "../palette.ts";
import { CHART_FONT_SIZE, drawPlot } from "../render-svg.ts";
import type { SvgElement } from "../svg-tree.ts";
import { isSmoothable, smooth } from "./smoothing.ts";

/** One panel of training curves that share a y axis. */
export interface CurvePanel {
  readonly title: string;
  readonly yLabel: string;
  readonly isPercent: boolean;
  readonly curves: readonly Curve[];
}

/** Size of a panel [px] and the colour of each metric. */
export interface CurvePanelLook {
  readonly width: number;
  readonly height: number;
  readonly colours: ReadonlyMap<string, string>;
}

/** Left margin of a panel [px]: where its axis, and a legend above it, begin. */
export const PANEL_MARGIN_LEFT = 58;

const LOG_RATIO = 20;

/** Draws one panel: raw values faint, the moving average strong; short curves as lines with dots. */
export function drawCurvePanel(panel: CurvePanel, { width, height, colours }: CurvePanelLook): SvgElement {
  const points = panel.curves.flatMap((curve) => curve.points);
  const values = points.map(([, value]) => (panel.isPercent ? 100 * value : value));
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const isLog = !panel.isPercent && lowest > 0 && highest > LOG_RATIO * lowest;
  const largest = Math.max(Math.abs(lowest), Math.abs(highest));
  const isExtreme = largest >= 1e4 || (largest > 0 && largest < 1e-2);
  const axis = { labelAnchor: "center", labelArrow: "none", tickSize: 3 } as const;
  const label = isLog ? `${panel.yLabel}, log scale` : panel.yLabel;
  const yTicks = { ticks: 5, ...(isExtreme ? { tickFormat: ".1~e" } : {}) };
  return drawPlot({
    ...{ width, height, marginTop: 28, marginBottom: 42, marginLeft: PANEL_MARGIN_LEFT, marginRight: 14 },
    style: { fontSize: `${CHART_FONT_SIZE}px` },
    x: { axis: null, inset: 5, domain: [0, Math.max(1, ...points.map(([step]) => step))] },
    y: { axis: null, nice: true, type: isLog ? "log" : "linear", domain: valueDomain(lowest, highest) },
    marks: [
      Plot.gridY({ stroke: themed("rule"), strokeOpacity: 1, ticks: 5 }),
      Plot.axisX({ ...axis, label: "step [updates]", labelOffset: 36, ticks: 4 }),
      Plot.axisY({ ...axis, ...yTicks, label, labelOffset: 48 }),
      ...panel.curves.flatMap((curve) =>
        curveMarks(curve, colours.get(curve.metric) ?? themed("ink"), panel),
      ),
      Plot.text([panel.title], { frameAnchor: "top-left", dy: -20, fontWeight: 600 }),
      Plot.frame({ stroke: themed("muted"), strokeOpacity: 0.7 }),
    ],
  });
}

function valueDomain(lowest: number, highest: number): [number, number] {
  if (lowest < highest) return [lowest, highest];
  const margin = lowest === 0 ? 1 : Math.abs(lowest) / 10;
  return [lowest - margin, highest + margin];
}

function curveMarks({ points }: Curve, stroke: string, { isPercent }: CurvePanel): Plot.Markish[] {
  const data = points.map(([step, value]): [number, number] => [step, isPercent ? 100 * value : value]);
  if (!isSmoothable(data)) {
    return [Plot.line(data, { stroke, strokeWidth: 1.6 }), Plot.dot(data, { fill: stroke, r: 2.6 })];
  }
  return [
    Plot.line(data, { stroke, strokeWidth: 1, strokeOpacity: 0.28 }),
    Plot.line(smooth(data), { stroke, strokeWidth: 1.8 }),
  ];
}
