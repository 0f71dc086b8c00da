// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import * as Plot from "@observablehq/plot";
import type { PlotOptions } from "@observablehq/plot";
import { themed } from "./palette.ts";
import { serializeSvg, svgElement, type SvgElement, type SvgNode, typesetEsNo } from "./markup.ts";

/** Font of all charts; the PNG renderer brings the first one along. */
const CHART_FONT = "Inter, system-ui, sans-serif";

/** Size of chart text [px]. */
export const CHART_FONT_SIZE = 12;

/** Width of a chart that fills the page [px]. */
export const FULL_WIDTH = 1120;

/** What makes the elements of a plot: the document of a browser, or one of a library. */
export interface DrawingDocument {
  readonly documentElement: object;
  createElementNS(namespace: string, name: string, options?: { is: string }): object;
}

/** A drawing placed with its upper left corner at (`x`, `y`) [px] of the figure. */
export interface PlacedDrawing {
  readonly drawing: SvgElement;
  readonly x: number;
  readonly y: number;
}

/** A whole chart: its size [px], what it is called and shows (for screen readers), and its parts. */
interface Figure {
  readonly width: number;
  readonly height: number;
  readonly label: string;
  readonly description: string;
  readonly parts: readonly PlacedDrawing[];
}

/** The part of a DOM node that the conversion reads. */
interface DomNode {
  readonly nodeType: number;
  readonly nodeValue: string | null;
  readonly localName?: string;
  readonly attributes?: Iterable<{ readonly name: string; readonly value: string }>;
  readonly childNodes: Iterable<DomNode>;
}

const ELEMENT_NODE = 1;
const TEXT_NODE = 3;

/**
 * Draws a plot and returns it as a nested `<svg>` element without style sheet, classes or ids.
 *
 * `currentColor` becomes the ink of the theme, so the drawing needs no surrounding page.
 *
 * @throws SemlinkError `chart-failed` when the options make something other than one SVG element
 */
export function drawPlot(options: PlotOptions, document: DrawingDocument): SvgElement {
  const drawn: unknown = Plot.plot({ ...options, document, figure: false });
  const root = isDomNode(drawn) ? toTree(drawn) : undefined;
  if (root === undefined || typeof root === "string" || root.tag !== "svg") {
    throw new SemlinkError({
      code: "chart-failed",
      where: "report › drawPlot",
      expected: "one svg element",
      actual: root === undefined || typeof root === "string" ? typeof drawn : root.tag,
      hint: "draw legends as marks, not through the legend option",
    });
  }
  return root;
}

/** Standalone SVG of a figure: namespaces, size, view box, font and a description for screen readers. */
export function renderFigure(figure: Figure): string {
  const { width, height, label, description, parts } = figure;
  const placed = parts.map(({ drawing, x, y }) => place(drawing, x, y));
  const root = svgElement(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": label,
      "font-family": CHART_FONT,
      "font-size": CHART_FONT_SIZE,
      fill: themed("ink"),
    },
    [svgElement("desc", {}, [description]), ...placed],
  );
  return serializeSvg(typesetEsNo(root));
}

function place(drawing: SvgElement, x: number, y: number): SvgElement {
  const position =
    drawing.tag === "svg" ? { x: String(x), y: String(y) } : { transform: `translate(${x},${y})` };
  return { ...drawing, attributes: { ...position, ...drawing.attributes } };
}

function isDomNode(value: unknown): value is DomNode {
  return typeof value === "object" && value !== null && "nodeType" in value && "childNodes" in value;
}

function toTree(node: DomNode): SvgNode | undefined {
  if (node.nodeType === TEXT_NODE) return node.nodeValue ?? "";
  if (node.nodeType !== ELEMENT_NODE || node.localName === undefined || node.localName === "style") {
    return undefined;
  }
  const attributes: Record<string, string> = {};
  for (const { name, value } of node.attributes ?? []) {
    if (name === "class" || name === "id" || name.startsWith("aria-") || name === "font-family") continue;
    attributes[name] = value === "currentColor" ? themed("ink") : roundNumbers(value);
  }
  const children = [...node.childNodes].map(toTree).filter((child) => child !== undefined);
  return { tag: node.localName, attributes, children };
}

/** Hundredths of a pixel are enough; the digits beyond only make the file larger. */
function roundNumbers(value: string): string {
  return value.replaceAll(/\d+\.\d{3,}/g, (digits) => String(Math.round(Number(digits) * 100) / 100));
}
