// SPDX-License-Identifier: Apache-2.0
import type { Measured, Point, Results } from "../../results/results.ts";
import { themed } from "../palette.ts";
import { renderFigure } from "../render-svg.ts";
import type { PlacedDrawing } from "../render-svg.ts";
import { channelName, channelsOf } from "../selection.ts";
import { seriesOf } from "../series.ts";
import type { Series } from "../series.ts";
import { labelMargin } from "./grid-labels.ts";
import { gridLayout } from "./grid-layout.ts";
import { drawGridRow } from "./grid-row.ts";
import type { GridCell } from "./grid-row.ts";
import { drawLegend, seriesEntry } from "./legend.ts";
import type { LegendEntry } from "./legend.ts";
import type { ReferenceLine } from "./reference-lines.ts";

/** What a grid of panels shows: one row per channel, one panel per column value. */
export interface ChannelGridSpec {
  readonly label: string;
  readonly description: string;
  readonly value: (point: Point) => Measured | undefined;
  readonly column: (point: Point) => number;
  readonly columns: readonly number[];
  readonly columnTitle: (column: number) => string;
  readonly x: (point: Point) => number;
  readonly xAxis: { readonly label: string; readonly type: "linear" | "log2" };
  readonly yAxis: { readonly label: string; readonly isPercent: boolean };
  readonly references: readonly ReferenceLine[];
}

const LEGEND_GAP = 12;
const ROW_GAP = 10;

/**
 * Small multiples with common axes: rows are channels, columns are lengths or Es/N0 values, every line of the
 * results that has the value in question is drawn with its band of 95 % confidence.
 *
 * @returns standalone SVG, or `undefined` when no point has the value
 */
export function channelGrid(results: Results, spec: ChannelGridSpec): string | undefined {
  const styles = seriesOf(results);
  const cells = gridCells(results, styles, spec);
  if (cells.length === 0) return undefined;
  const series = [...styles.values()].filter((style) => cells.some((cell) => cell.series === style));
  const columns = spec.columns.filter((column) => cells.some((cell) => cell.column === column));
  const endLabels = [...series.map(({ label }) => label), ...spec.references.map(({ endLabel }) => endLabel)];
  const layout = gridLayout(columns.length, labelMargin(endLabels));
  const legend = drawLegend(
    [...series.map(seriesEntry), ...notes(cells, spec.references)],
    layout.width - layout.marginLeft,
  );

  const parts: PlacedDrawing[] = [{ drawing: legend.drawing, x: layout.marginLeft, y: 0 }];
  let y = legend.height + LEGEND_GAP;
  for (const channel of channelsOf(results)) {
    const own = cells.filter((cell) => cell.channel === channel);
    if (own.length === 0) continue;
    const row = drawGridRow({
      title: channelName(channel),
      cells: own,
      all: cells,
      series,
      columns,
      layout,
      spec,
    });
    parts.push({ drawing: row.drawing, x: 0, y });
    y += row.height + ROW_GAP;
  }
  const { label, description } = spec;
  return renderFigure({ width: layout.width, height: y - ROW_GAP, label, description, parts });
}

function gridCells(results: Results, styles: ReadonlyMap<string, Series>, spec: ChannelGridSpec): GridCell[] {
  const scale = spec.yAxis.isPercent ? 100 : 1;
  return results.lines.flatMap((line) =>
    line.points.flatMap((point): GridCell[] => {
      const measured = spec.value(point);
      const series = styles.get(line.label);
      const column = spec.column(point);
      if (measured === undefined || series === undefined || !spec.columns.includes(column)) return [];
      const { value, low, high } = measured;
      const scaled = { value: scale * value, low: scale * low, high: scale * high };
      return [
        {
          channel: line.channel,
          lineId: line.id,
          series,
          column,
          x: spec.x(point),
          point,
          n: measured.n,
          ...scaled,
        },
      ];
    }),
  );
}

function notes(cells: readonly GridCell[], references: readonly ReferenceLine[]): LegendEntry[] {
  const lines = references.map(({ label, colour, dash }): LegendEntry => ({
    label,
    colour,
    dash,
    kind: "line",
  }));
  const hasBand = cells.some(({ low, high }) => high > low);
  return hasBand ? [...lines, { label: "95 % interval", colour: themed("muted"), kind: "band" }] : lines;
}
