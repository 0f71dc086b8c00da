// SPDX-License-Identifier: Apache-2.0
import { cellEdges } from "../../cells/cell-plan.ts";
import type { SearchTrace } from "../../search/search-results.ts";
import { drawLegend } from "../charts/legend.ts";
import { themed } from "../palette.ts";
import { type PlacedDrawing, renderFigure, FULL_WIDTH, type DrawingDocument } from "../render-svg.ts";
import { sourceName } from "./cell-graph.ts";
import { drawEpochPanel, PANEL_MARGIN_LEFT } from "./epoch-panel.ts";
import type { PrimitiveStyle } from "./primitive-styles.ts";

const COLUMNS = 5;
const PANEL_HEIGHT = 180;
const GAP = 12;

/**
 * Strength `softmax(alpha)_o beta_e` of every primitive over the epochs, one panel for each edge of a cell, on one scale.
 *
 * An edge that the genotype keeps has its primitive in the title; the others have pale titles.
 */
export function strengthsChart(
  trace: SearchTrace,
  cell: "normal" | "reduce",
  styles: ReadonlyMap<string, PrimitiveStyle>,
  document: DrawingDocument,
): string | undefined {
  if (trace.epochs.length === 0) return undefined;
  const genotype = trace.genotype[cell];
  const names = [...styles.keys()];
  const all = trace.epochs.flatMap(({ strengths }) => strengths[cell].flat());
  const entries = [...styles].map(([label, style]) => ({ label, kind: "line", ...style }) as const);
  const legend = drawLegend(entries, FULL_WIDTH - PANEL_MARGIN_LEFT, document);
  const parts: PlacedDrawing[] = [{ drawing: legend.drawing, x: PANEL_MARGIN_LEFT, y: 0 }];
  const size = { width: (FULL_WIDTH - GAP * (COLUMNS - 1)) / COLUMNS, height: PANEL_HEIGHT };
  const top = legend.height + GAP;
  const edges = cellEdges(genotype.length);
  edges.forEach(({ cellNode, from }, edge) => {
    const kept = genotype[cellNode]?.find((chosen) => chosen.from === from)?.primitive;
    const lines = names.map((label, primitive) => {
      const points = trace.epochs.map(
        ({ epoch, strengths }) => [epoch, strengths[cell][edge]?.[primitive] ?? 0] as const,
      );
      return { label, points, ...styles.get(label)! };
    });
    const panel = {
      title: `${sourceName(from)} → ${cellNode}${kept === undefined ? "" : `: ${kept}`}`,
      titleColour: themed(kept === undefined ? "muted" : "ink"),
      yLabel: "strength",
      lines,
      yDomain: [0, Math.max(1e-3, ...all)] as const,
    };
    const [column, row] = [edge % COLUMNS, Math.floor(edge / COLUMNS)];
    const place = { x: column * (size.width + GAP), y: top + row * (PANEL_HEIGHT + GAP) };
    parts.push({ drawing: drawEpochPanel(panel, size, document), ...place });
  });
  const rows = Math.ceil(edges.length / COLUMNS);
  const name = cell === "normal" ? "normal" : "reduction";
  return renderFigure({
    width: FULL_WIDTH,
    height: top + rows * (PANEL_HEIGHT + GAP) - GAP,
    parts,
    label: `Strengths in the ${name} cell`,
    description: `Strength of every primitive on every edge of the ${name} cell over the epochs of the search.`,
  });
}
