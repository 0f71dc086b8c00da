// SPDX-License-Identifier: Apache-2.0
import * as Plot from "@observablehq/plot";
import { themed } from "../../report/palette.ts";
import { CHART_FONT_SIZE, type DrawingDocument, drawPlot } from "../../report/render-svg.ts";
import type { Series } from "../../report/series.ts";
import type { SvgElement } from "../../report/svg-tree.ts";
import type { VerifyCheck } from "../check.ts";
import { boundText, figureText } from "../figure-text.ts";
import { SIGMAS } from "../run-check.ts";
import type { TheoryCurve } from "../theory-curve.ts";

/** One panel of error rates over Es/N0. */
export interface TheoryPanel {
  readonly title: string;
  readonly yLabel: string;
  readonly curves: readonly TheoryCurve[];
  readonly checks: readonly VerifyCheck[];
  readonly styles: ReadonlyMap<string, Pick<Series, "colour" | "symbol">>;
  /** Exponents of ten on the y axis, ascending, the last one 0. */
  readonly decades: readonly number[];
}

/** Left margin of a panel [px]: where its axis, and a legend above it, begin. */
export const PANEL_MARGIN_LEFT = 66;

interface Dot {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
  readonly passed: boolean;
  readonly title: string;
}

/** Draws one panel on a logarithmic axis; a check that failed has a ring around it. */
export function drawTheoryPanel(
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
