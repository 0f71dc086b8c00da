// SPDX-License-Identifier: Apache-2.0
import { cellEdges } from "../../cells/cell-plan.ts";
import type { SearchEpoch, SearchTrace } from "../../search/search-results.ts";
import type { FigureInfo } from "../../results/figures.ts";
import { drawLegend } from "../charts/legend.ts";
import { labelWithUnit, scaleOf } from "../number-format.ts";
import { themed } from "../palette.ts";
import { type DrawingDocument, FULL_WIDTH, type PlacedDrawing, renderFigure } from "../render-svg.ts";
import type { PrimitiveStyle } from "../series.ts";
import { sourceName } from "./cell-layout.ts";
import { drawEpochPanel, PANEL_MARGIN_LEFT } from "./epoch-panel.ts";

/** A panel of the chart: a quantity of an epoch for each line. */
interface Quantity {
  readonly title: string;
  readonly yLabel: string;
  /** Undefined where an epoch has no such figure. */
  readonly lines: Readonly<Record<string, (epoch: SearchEpoch) => number | undefined>>;
}

const quantitiesOf = (figure: FigureInfo): readonly Quantity[] => [
  {
    title: "Loss",
    yLabel: "loss",
    lines: { weights: (e) => e.lowerLoss, alpha: (e) => e.upperLoss },
  },
  {
    title: "Entropy of an edge",
    yLabel: "entropy [nat]",
    lines: { "normal cell": (e) => e.entropy.normal, "reduction cell": (e) => e.entropy.reduce },
  },
  {
    title: "Cost",
    yLabel: "MACs [M]",
    lines: { "E[C]": (e) => e.expected.macs / 1e6, "derived network": (e) => e.derived.macs / 1e6 },
  },
  {
    title: "Gradient on alpha",
    yLabel: "share [%]",
    lines: { task: (e) => percentOf(e, "task"), penalty: (e) => percentOf(e, "penalty") },
  },
  {
    title: "Whole supernet",
    yLabel: labelWithUnit(figure),
    lines: { "one shot": (e) => scaleOf(figure) * e.oneShot },
  },
  {
    title: "Edges unlike the epoch before",
    yLabel: "edges",
    lines: { "both cells": (e) => e.numChanges },
  },
];

/** Columns of panels, height of one and the gap between them [px]. */
const DYNAMICS = { columns: 3, height: 200, gap: 14 } as const;
const STRENGTHS = { columns: 5, height: 180, gap: 12 } as const;
const HUES = ["ink", "vermillion"] as const;

/** Share `|g| / (|g_task| + |g_penalty|)` of a gradient on alpha [percent]; undefined while alpha rests. */
function percentOf({ gradientNorm }: SearchEpoch, of: "task" | "penalty"): number | undefined {
  const sum = gradientNorm.task + gradientNorm.penalty;
  return sum === 0 ? undefined : (100 * gradientNorm[of]) / sum;
}

/** What a search did over its epochs: losses, entropy, cost, gradient shares, one-shot figure, changes. */
export function dynamicsChart(
  { epochs }: SearchTrace,
  figure: FigureInfo,
  document: DrawingDocument,
): string | undefined {
  if (epochs.length === 0) return undefined;
  const width = (FULL_WIDTH - DYNAMICS.gap * (DYNAMICS.columns - 1)) / DYNAMICS.columns;
  const parts: PlacedDrawing[] = [];
  let rowHeight = 0;
  const quantities = quantitiesOf(figure);
  quantities.forEach(({ title, yLabel, lines }, index) => {
    const drawn = Object.entries(lines).map(([label, value], line) => {
      const points = epochs.flatMap((each): (readonly [number, number])[] => {
        const y = value(each);
        return y === undefined ? [] : [[each.epoch, y]];
      });
      return { label, points, colour: themed(HUES[line % HUES.length]!) };
    });
    const legend = drawLegend(
      drawn.map(({ label, colour }) => ({ label, colour, kind: "line" }) as const),
      width - PANEL_MARGIN_LEFT,
      document,
    );
    const panel = drawEpochPanel(
      { title, titleColour: themed("ink"), yLabel, lines: drawn },
      { width, height: DYNAMICS.height },
      document,
    );
    rowHeight = DYNAMICS.height + legend.height;
    const x = (index % DYNAMICS.columns) * (width + DYNAMICS.gap);
    const y = Math.floor(index / DYNAMICS.columns) * (rowHeight + DYNAMICS.gap);
    parts.push({ drawing: panel, x, y });
    parts.push({ drawing: legend.drawing, x: x + PANEL_MARGIN_LEFT, y: y + DYNAMICS.height });
  });
  const rows = Math.ceil(quantities.length / DYNAMICS.columns);
  return renderFigure({
    width: FULL_WIDTH,
    height: rows * (rowHeight + DYNAMICS.gap) - DYNAMICS.gap,
    parts,
    label: "The search over its epochs",
    description:
      "Losses, entropy of an edge, expected and derived cost, gradient shares of task and penalty, one-shot figure and changed edges over the epochs.",
  });
}

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
  const size = {
    width: (FULL_WIDTH - STRENGTHS.gap * (STRENGTHS.columns - 1)) / STRENGTHS.columns,
    height: STRENGTHS.height,
  };
  const top = legend.height + STRENGTHS.gap;
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
    const [column, row] = [edge % STRENGTHS.columns, Math.floor(edge / STRENGTHS.columns)];
    const place = {
      x: column * (size.width + STRENGTHS.gap),
      y: top + row * (STRENGTHS.height + STRENGTHS.gap),
    };
    parts.push({ drawing: drawEpochPanel(panel, size, document), ...place });
  });
  const rows = Math.ceil(edges.length / STRENGTHS.columns);
  const name = cell === "normal" ? "normal" : "reduction";
  return renderFigure({
    width: FULL_WIDTH,
    height: top + rows * (STRENGTHS.height + STRENGTHS.gap) - STRENGTHS.gap,
    parts,
    label: `Strengths in the ${name} cell`,
    description: `Strength of every primitive on every edge of the ${name} cell over the epochs of the search.`,
  });
}
