// SPDX-License-Identifier: Apache-2.0
import type { Curve, Results } from "../../results/results.ts";
import { themed } from "../palette.ts";
import type { ColourName } from "../palette.ts";
import { renderFigure } from "../render-svg.ts";
import type { PlacedDrawing } from "../render-svg.ts";
import { drawCurvePanel, PANEL_MARGIN_LEFT } from "./curve-panel.ts";
import type { CurvePanel } from "./curve-panel.ts";
import { FULL_WIDTH } from "./grid-layout.ts";
import { drawLegend } from "./legend.ts";

/** Which curves a chart takes and how it arranges them. */
export interface CurveChartSpec {
  readonly label: string;
  readonly description: string;
  readonly accepts: (curve: Curve) => boolean;
  /** Title of a curve's panel; curves with the same title share a panel. */
  readonly panelTitle: (curve: Curve) => string;
  readonly yLabel: (curve: Curve) => string;
  readonly isPercent: boolean;
}

const COLUMNS = 3;
const PANEL_HEIGHT = 250;
const GAP = 14;

/** The first metric of a chart is neutral, because blue means the link in the other charts. */
const HUES: readonly ColourName[] = ["ink", "vermillion", "purple", "green", "orange", "blue"];

/** The accepted curves in panels, three to a row; `undefined` when none has points. */
export function curveChart({ curves }: Results, spec: CurveChartSpec): string | undefined {
  const accepted = curves.filter((curve) => curve.points.length > 0 && spec.accepts(curve));
  if (accepted.length === 0) return undefined;
  const panels = panelsOf(accepted, spec);
  const metrics = [...new Set(accepted.map(({ metric }) => metric))];
  const colours = new Map(metrics.map((metric, index) => [metric, themed(HUES[index % HUES.length]!)]));
  const columns = Math.max(2, Math.min(COLUMNS, panels.length));
  const size = { width: (FULL_WIDTH - GAP * (columns - 1)) / columns, height: PANEL_HEIGHT };
  const parts: PlacedDrawing[] = [];
  let top = 0;
  if (panels.some(({ curves: own }) => own.length > 1)) {
    const entries = metrics.map(
      (label) => ({ label, kind: "line", colour: colours.get(label) ?? "" }) as const,
    );
    const legend = drawLegend(entries, FULL_WIDTH - PANEL_MARGIN_LEFT);
    parts.push({ drawing: legend.drawing, x: PANEL_MARGIN_LEFT, y: 0 });
    top = legend.height + GAP;
  }
  panels.forEach((panel, index) => {
    const x = (index % columns) * (size.width + GAP);
    const y = top + Math.floor(index / columns) * (PANEL_HEIGHT + GAP);
    parts.push({ drawing: drawCurvePanel(panel, { ...size, colours }), x, y });
  });
  const rows = Math.ceil(panels.length / columns);
  const height = top + rows * (PANEL_HEIGHT + GAP) - GAP;
  return renderFigure({ width: FULL_WIDTH, height, label: spec.label, description: spec.description, parts });
}

function panelsOf(curves: readonly Curve[], { panelTitle, yLabel, isPercent }: CurveChartSpec): CurvePanel[] {
  const titles = [...new Set(curves.map(panelTitle))];
  return titles.map((title) => {
    const own = curves.filter((curve) => panelTitle(curve) === title);
    return { title, yLabel: yLabel(own[0]!), isPercent, curves: own };
  });
}
