// SPDX-License-Identifier: Apache-2.0
import type { FigureInfo, Point, Results } from "../../results/results.ts";
import { decibels, figureValue, scaleOf } from "../number-format.ts";
import { themed } from "../palette.ts";
import { type DrawingDocument, type PlacedDrawing, renderFigure } from "../render-svg.ts";
import { channelLabel, channelsOf, cleanMeasured, cleanOf, lengthsOf, selectedEsNoDb } from "../selection.ts";
import { type Series, seriesOf } from "../series.ts";
import { labelMargin } from "./labels.ts";
import { drawGridRow, type GridCell, gridLayout, type GridRow, type ReferenceLine } from "./grid-row.ts";
import { drawLegend, type LegendEntry, seriesEntry } from "./legend.ts";

/** What a grid of panels shows: one row per channel, one panel per column value. */
interface GridSpec extends Pick<GridRow, "figure" | "columns" | "columnTitle" | "xAxis"> {
  readonly label: string;
  readonly description: string;
  readonly column: (point: Point) => number;
  readonly x: (point: Point) => number;
}

const LEGEND_GAP = 12;
const ROW_GAP = 10;

/** A figure against Es/N0 [dB]: one panel per length, one row per channel, all lines with their bands. */
export function figureVsEsNo(
  results: Results,
  figure: FigureInfo,
  document: DrawingDocument,
): string | undefined {
  const spec: GridSpec = {
    figure,
    label: `${figure.label} against Es/N0`,
    description: `${figure.label}: ${figure.meaning}. Against Es/N0 in dB; one panel per number of symbols, one row per channel.`,
    column: ({ numSymbols }) => numSymbols,
    columns: lengthsOf(results.lines),
    columnTitle: (numSymbols) => `${numSymbols} symbols`,
    x: ({ esNoDb }) => esNoDb,
    xAxis: { label: "Es/N0 [dB]", type: "linear" },
  };
  return channelGrid(results, spec, document);
}

/**
 * A figure against length [symbols, log2]: one panel per selected Es/N0, one row per channel.
 *
 * @returns `undefined` when fewer than two lengths were measured: one length is already in the other chart
 */
export function figureVsLength(
  results: Results,
  figure: FigureInfo,
  document: DrawingDocument,
): string | undefined {
  if (lengthsOf(results.lines).length < 2) return undefined;
  const spec: GridSpec = {
    figure,
    label: `${figure.label} against length`,
    description: `${figure.label}: ${figure.meaning}. Against the number of symbols; one panel per Es/N0, one row per channel.`,
    column: ({ esNoDb }) => esNoDb,
    columns: selectedEsNoDb(results.lines),
    columnTitle: (esNoDb) => `Es/N0 = ${decibels(esNoDb)}`,
    x: ({ numSymbols }) => numSymbols,
    xAxis: { label: "length [symbols]", type: "log2" },
  };
  return channelGrid(results, spec, document);
}

/**
 * Small multiples with common axes: rows are channels, columns are lengths or Es/N0 values, every line of the
 * results that has the figure is drawn with its band of 95 % confidence.
 *
 * @returns standalone SVG, or `undefined` when no point has the figure
 */
function channelGrid(results: Results, spec: GridSpec, document: DrawingDocument): string | undefined {
  const styles = seriesOf(results);
  const cells = gridCells(results, styles, spec);
  if (cells.length === 0) return undefined;
  const references = referencesOf(results, spec.figure);
  const series = [...styles.values()].filter((style) => cells.some((cell) => cell.series === style));
  const columns = spec.columns.filter((column) => cells.some((cell) => cell.column === column));
  const endLabels = [...series.map(({ label }) => label), ...references.map(({ endLabel }) => endLabel)];
  const layout = gridLayout(columns.length, labelMargin(endLabels));
  const entries = [...series.map(seriesEntry), ...notes(cells, references)];
  const legend = drawLegend(entries, layout.width - layout.marginLeft, document);

  const parts: PlacedDrawing[] = [{ drawing: legend.drawing, x: layout.marginLeft, y: 0 }];
  let y = legend.height + LEGEND_GAP;
  for (const channel of channelsOf(results)) {
    const own = cells.filter((cell) => cell.channel === channel);
    if (own.length === 0) continue;
    const title = channelLabel(results, channel);
    const row = drawGridRow(
      { ...spec, title, cells: own, all: cells, series, references, columns, layout },
      document,
    );
    parts.push({ drawing: row.drawing, x: 0, y });
    y += row.height + ROW_GAP;
  }
  const { label, description } = spec;
  return renderFigure({ width: layout.width, height: y - ROW_GAP, label, description, parts });
}

function gridCells(results: Results, styles: ReadonlyMap<string, Series>, spec: GridSpec): GridCell[] {
  const scale = scaleOf(spec.figure);
  return results.lines.flatMap(({ id: lineId, label, channel, points }) =>
    points.flatMap((point): GridCell[] => {
      const measured = point.figures[spec.figure.id];
      const series = styles.get(label);
      const column = spec.column(point);
      if (measured === undefined || series === undefined || !spec.columns.includes(column)) return [];
      const [value, low, high] = [measured.value, measured.low, measured.high].map((v) => scale * v);
      return [
        {
          channel,
          lineId,
          series,
          column,
          x: spec.x(point),
          point,
          measured,
          value: value!,
          low: low!,
          high: high!,
        },
      ];
    }),
  );
}

/** Teacher and student without a channel, and the value of a guess, where the figure has them. */
function referencesOf(results: Results, figure: FigureInfo): ReferenceLine[] {
  const looks = [
    { role: "teacher", colour: themed("ink"), dash: "9 3" },
    { role: "student", colour: themed("muted"), dash: "3 3" },
  ] as const;
  const clean = looks.flatMap(({ role, ...look }) => {
    const value = cleanMeasured(cleanOf(results, role), figure)?.value;
    return value === undefined ? [] : [{ ...look, label: `${role}, clean`, value }];
  });
  const chance =
    figure.chance === null
      ? []
      : [{ label: "chance", value: figure.chance, colour: themed("muted"), dash: "1 3" }];
  return [...clean, ...chance].map(({ value, ...reference }) => ({
    ...reference,
    value: scaleOf(figure) * value,
    endLabel: `${reference.label} ${figureValue(figure, value)}`,
  }));
}

function notes(cells: readonly GridCell[], references: readonly ReferenceLine[]): LegendEntry[] {
  const lines = references.map(({ label, colour, dash }): LegendEntry => {
    return { label, colour, dash, kind: "line" };
  });
  const hasBand = cells.some(({ low, high }) => high > low);
  return hasBand ? [...lines, { label: "95 % interval", colour: themed("muted"), kind: "band" }] : lines;
}
