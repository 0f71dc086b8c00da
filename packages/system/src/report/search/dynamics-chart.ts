// SPDX-License-Identifier: Apache-2.0
import type { SearchEpoch, SearchTrace } from "../../search/search-results.ts";
import { drawLegend } from "../charts/legend.ts";
import { themed } from "../palette.ts";
import { type PlacedDrawing, renderFigure, FULL_WIDTH, type DrawingDocument } from "../render-svg.ts";
import { drawEpochPanel, PANEL_MARGIN_LEFT } from "./epoch-panel.ts";

/** A panel of the chart: a quantity of an epoch for each line. */
interface Quantity {
  readonly title: string;
  readonly yLabel: string;
  /** Undefined where an epoch has no such figure. */
  readonly lines: Readonly<Record<string, (epoch: SearchEpoch) => number | undefined>>;
}

const QUANTITIES: readonly Quantity[] = [
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
    title: "Accuracy of the supernet",
    yLabel: "accuracy [%]",
    lines: { "one shot": (e) => 100 * e.oneShot },
  },
  {
    title: "Edges unlike the epoch before",
    yLabel: "edges",
    lines: { "both cells": (e) => e.numChanges },
  },
];

const COLUMNS = 3;
const PANEL_HEIGHT = 200;
const GAP = 14;
const HUES = ["ink", "vermillion"] as const;

/** Share `|g| / (|g_task| + |g_penalty|)` of a gradient on alpha [percent]; undefined while alpha rests. */
function percentOf({ gradientNorm }: SearchEpoch, of: "task" | "penalty"): number | undefined {
  const sum = gradientNorm.task + gradientNorm.penalty;
  return sum === 0 ? undefined : (100 * gradientNorm[of]) / sum;
}

/** What a search did over its epochs: losses, entropy, cost, gradient shares, one-shot accuracy, changes. */
export function dynamicsChart({ epochs }: SearchTrace, document: DrawingDocument): string | undefined {
  if (epochs.length === 0) return undefined;
  const width = (FULL_WIDTH - GAP * (COLUMNS - 1)) / COLUMNS;
  const parts: PlacedDrawing[] = [];
  let rowHeight = 0;
  QUANTITIES.forEach(({ title, yLabel, lines }, index) => {
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
      { width, height: PANEL_HEIGHT },
      document,
    );
    rowHeight = PANEL_HEIGHT + legend.height;
    const x = (index % COLUMNS) * (width + GAP);
    const y = Math.floor(index / COLUMNS) * (rowHeight + GAP);
    parts.push({ drawing: panel, x, y });
    parts.push({ drawing: legend.drawing, x: x + PANEL_MARGIN_LEFT, y: y + PANEL_HEIGHT });
  });
  const rows = Math.ceil(QUANTITIES.length / COLUMNS);
  return renderFigure({
    width: FULL_WIDTH,
    height: rows * (rowHeight + GAP) - GAP,
    parts,
    label: "The search over its epochs",
    description:
      "Losses, entropy of an edge, expected and derived cost, gradient shares of task and penalty, one-shot accuracy and changed edges over the epochs.",
  });
}
