// SPDX-License-Identifier: Apache-2.0
import { type SvgElement, svgElement } from "../markup.ts";
import { decimal } from "../number-format.ts";
import { sequential, themed } from "../palette.ts";
import { CHART_FONT_SIZE, FULL_WIDTH, type PlacedDrawing, renderFigure } from "../render-svg.ts";
import { fitText, textWidth, wrapText } from "./labels.ts";

/** One coloured field. */
export interface HeatCell {
  /** In the scale of the map. */
  readonly value: number;
  readonly tooltip: string;
}

/** What a heat map shows: panels side by side with the same rows and columns. */
interface HeatMapSpec {
  readonly label: string;
  readonly description: string;
  readonly rows: readonly { readonly label: string; readonly detail: string }[];
  readonly columns: readonly string[];
  readonly panels: readonly {
    readonly title: string;
    /** Undefined where nothing was measured. */
    readonly cell: (row: number, column: number) => HeatCell | undefined;
  }[];
  readonly scale: HeatScale;
  /** Decimals of the numbers. */
  readonly digits: number;
  /** Behind the first entry of the key; empty for a pure number. */
  readonly unit: string;
}

const SMALL = 11;
const LINE_HEIGHT = 14;
const ROW_HEIGHT = 36;
const PANEL_GAP = 20;
const MAX_LABEL_WIDTH = 300;
const [MIN_CELL_WIDTH, MAX_CELL_WIDTH] = [58, 104];
const KEY_WIDTH = 74;
const KEY_HEIGHT = 16;
const GAP = 10;

/** Rows by columns of values as colours with their numbers, and a key to the colours. */
export function heatMap(spec: HeatMapSpec): string {
  const { rows, columns, panels, label, description } = spec;
  const texts = rows.flatMap((row) => [row.label, row.detail]);
  const widest = Math.max(...texts.map((text) => textWidth(text, CHART_FONT_SIZE)));
  const labelWidth = Math.ceil(Math.min(MAX_LABEL_WIDTH, widest)) + GAP;
  const room = (FULL_WIDTH - labelWidth - PANEL_GAP * (panels.length - 1)) / (columns.length * panels.length);
  const cellWidth = Math.floor(Math.min(MAX_CELL_WIDTH, Math.max(MIN_CELL_WIDTH, room)));
  const heads = columns.map((text) => wrapText(text, cellWidth - 6, SMALL));
  const headHeight = LINE_HEIGHT * Math.max(...heads.map((lines) => lines.length));
  const top = KEY_HEIGHT + GAP + 2 * LINE_HEIGHT + headHeight + 4;
  const panelWidth = cellWidth * columns.length;
  const parts: PlacedDrawing[] = [
    { drawing: colourKey(spec), x: labelWidth, y: 0 },
    { drawing: rowLabels(rows, labelWidth - GAP), x: 0, y: top },
    ...panels.flatMap(({ title, cell }, index) => {
      const x = labelWidth + index * (panelWidth + PANEL_GAP);
      const head = columnHeads(title, heads, cellWidth, headHeight);
      const fields = rows.flatMap((_, row) =>
        columns.map((_, column) =>
          field(cell(row, column), { x: column * cellWidth, y: row * ROW_HEIGHT, cellWidth }, spec),
        ),
      );
      return [
        { drawing: head, x, y: KEY_HEIGHT + GAP },
        { drawing: svgElement("g", {}, fields), x, y: top },
      ];
    }),
  ];
  const width = Math.max(
    labelWidth + panels.length * (panelWidth + PANEL_GAP) - PANEL_GAP,
    labelWidth + spec.scale.numBins * KEY_WIDTH + GAP,
  );
  return renderFigure({ width, height: top + rows.length * ROW_HEIGHT + 2, label, description, parts });
}

function field(
  cell: HeatCell | undefined,
  { x, y, cellWidth }: { readonly x: number; readonly y: number; readonly cellWidth: number },
  { scale, digits }: Pick<HeatMapSpec, "scale" | "digits">,
): SvgElement {
  const box = { x: x + 1, y: y + 1, width: cellWidth - 2, height: ROW_HEIGHT - 2 };
  if (cell === undefined) return svgElement("rect", { ...box, fill: "none", stroke: themed("rule") });
  const { fill, text } = sequential[binOf(cell.value, scale)]!;
  const place = { x: x + cellWidth / 2, y: y + ROW_HEIGHT / 2 + 4, "text-anchor": "middle" };
  return svgElement("g", {}, [
    svgElement("title", {}, [cell.tooltip]),
    svgElement("rect", { ...box, fill: themed(fill) }),
    svgElement("text", { ...place, fill: themed(text), "font-variant": "tabular-nums" }, [
      decimal(cell.value, digits),
    ]),
  ]);
}

function columnHeads(
  title: string,
  heads: readonly (readonly string[])[],
  cellWidth: number,
  height: number,
): SvgElement {
  const lines = heads.flatMap((head, column) =>
    head.map((text, line) => {
      const y = 2 * LINE_HEIGHT + height - LINE_HEIGHT * (head.length - 1 - line) - 3;
      const place = { x: (column + 0.5) * cellWidth, y, "text-anchor": "middle", "font-size": SMALL };
      return svgElement("text", { ...place, fill: themed("muted") }, [text]);
    }),
  );
  return svgElement("g", {}, [svgElement("text", { x: 1, y: 12, "font-weight": 600 }, [title]), ...lines]);
}

function rowLabels(rows: HeatMapSpec["rows"], width: number): SvgElement {
  const texts = rows.flatMap(({ label, detail }, row) => {
    const y = row * ROW_HEIGHT + ROW_HEIGHT / 2 + (detail === "" ? 4 : -2);
    const name = svgElement("text", { x: 0, y }, [fitText(label, width, CHART_FONT_SIZE)]);
    if (detail === "") return [name];
    const small = { x: 0, y: y + LINE_HEIGHT, "font-size": SMALL, fill: themed("muted") };
    return [name, svgElement("text", small, [fitText(detail, width, SMALL)])];
  });
  return svgElement("g", {}, texts);
}

function colourKey({ scale, unit }: Pick<HeatMapSpec, "scale" | "unit">): SvgElement {
  const { start, step, numBins } = scale;
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  const boxes = sequential.slice(0, numBins).flatMap(({ fill, text }, bin) => {
    const [from, to] = [start + bin * step, start + (bin + 1) * step].map((edge) => decimal(edge, digits));
    const place = { x: bin * KEY_WIDTH + KEY_WIDTH / 2, y: KEY_HEIGHT - 4, "text-anchor": "middle" };
    return [
      svgElement("rect", {
        x: bin * KEY_WIDTH,
        y: 0,
        width: KEY_WIDTH,
        height: KEY_HEIGHT,
        fill: themed(fill),
      }),
      svgElement("text", { ...place, "font-size": SMALL, fill: themed(text) }, [
        [`${from}–${to}`, ...(bin === 0 && unit !== "" ? [unit] : [])].join(" "),
      ]),
    ];
  });
  return svgElement("g", {}, boxes);
}

/** Equal bins with round edges, one for each colour that is used. */
interface HeatScale {
  /** Lower edge of the first bin. */
  readonly start: number;
  /** Width of a bin. */
  readonly step: number;
  readonly numBins: number;
}

/** Widths of bins in units of the finest one; a hundred times these follow. */
const STEPS = [1, 2, 4, 10, 20, 30] as const;
const FINEST = 0.5;

/**
 * The narrowest bins with round edges, no more than there are colours, that hold all values.
 *
 * @param values - at least one
 * @param finest - width below which a bin is not worth a colour, 5 times a power of ten
 */
export function heatScale(values: readonly number[], finest: number = FINEST): HeatScale {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const scaleOf = (step: number): HeatScale => {
    const start = Math.floor(low / step) * step;
    return { start, step, numBins: Math.max(1, Math.ceil((high - start) / step)) };
  };
  for (let unit = finest; ; unit *= 100) {
    const found = STEPS.map((step) => scaleOf(step * unit)).find(
      ({ numBins }) => numBins <= sequential.length,
    );
    if (found !== undefined) return found;
  }
}

/** Place of a value's bin and colour; the upper edge of the last bin belongs to it. */
export function binOf(value: number, { start, step, numBins }: HeatScale): number {
  return Math.min(numBins - 1, Math.max(0, Math.floor((value - start) / step)));
}
