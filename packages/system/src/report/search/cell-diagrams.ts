// SPDX-License-Identifier: Apache-2.0
import type { CellGenotype, Genotype } from "../../cells/genotype.ts";
import { themed } from "../palette.ts";
import { type PlacedDrawing, renderFigure, FULL_WIDTH } from "../render-svg.ts";
import { type SvgElement, svgElement } from "../markup.ts";
import {
  BOX_HEIGHT,
  cellGraph,
  type CellLayout,
  layOutCell,
  type PlacedVertex,
  type PlacedWire,
  sourceName,
} from "./cell-layout.ts";
import type { PrimitiveStyle } from "../series.ts";

const TITLE_HEIGHT = 26;
const GAP = 22;
const BASELINE = 4;

/** Both cells of a genotype as graphs: inputs left, primitives on their way to the cell nodes, the output right. */
export function cellDiagrams(genotype: Genotype, styles: ReadonlyMap<string, PrimitiveStyle>): string {
  const { normal, reduce } = genotype;
  const cells = [
    { title: "Normal cell", layout: layOutCell(cellGraph(normal, false)) },
    { title: "Reduction cell", layout: layOutCell(cellGraph(reduce, true)) },
  ];
  const width = Math.max(FULL_WIDTH, ...cells.map(({ layout }) => Math.ceil(layout.width) + 1));
  const parts: PlacedDrawing[] = [];
  let y = 0;
  for (const { title, layout } of cells) {
    const heading = svgElement("text", { x: 1, y: 14, "font-weight": 600 }, [title]);
    parts.push({ drawing: svgElement("g", {}, [heading]), x: 0, y });
    parts.push({ drawing: drawCell(layout, styles), x: 0, y: y + TITLE_HEIGHT });
    y += TITLE_HEIGHT + layout.height + GAP;
  }
  return renderFigure({
    width,
    height: Math.ceil(y - GAP),
    parts,
    label: "Cells of the chosen architecture",
    description: `Normal cell: ${inWords(normal)}. Reduction cell: ${inWords(reduce)}.`,
  });
}

/** One cell: wires below, boxes above. */
function drawCell({ vertices, wires }: CellLayout, styles: ReadonlyMap<string, PrimitiveStyle>): SvgElement {
  const colourOf = (primitive: string | undefined): string =>
    (primitive === undefined ? undefined : styles.get(primitive)?.colour) ?? themed("muted");
  return svgElement("g", {}, [
    ...wires.map((wire) => drawWire(wire, colourOf(wire.primitive))),
    ...vertices.map((vertex) => drawVertex(vertex, colourOf(vertex.primitive))),
  ]);
}

function drawWire({ stops }: PlacedWire, stroke: string): SvgElement {
  const path = stops.map(({ left, right, y }, index) => {
    const previous = stops[index - 1];
    if (previous === undefined) return `M${right} ${y}`;
    const middle = (previous.right + left) / 2;
    const across = index < stops.length - 1 ? `H${right}` : "";
    return `C${middle} ${previous.y} ${middle} ${y} ${left} ${y}${across}`;
  });
  return svgElement("path", { d: path.join(""), fill: "none", stroke, "stroke-width": 1.6 });
}

function drawVertex({ kind, label, x, y, width }: PlacedVertex, stroke: string): SvgElement {
  const isRound = kind === "node";
  const box = { x, y: y - BOX_HEIGHT / 2, width, height: BOX_HEIGHT, rx: isRound ? BOX_HEIGHT / 2 : 5 };
  const text = { x: x + width / 2, y: y + BASELINE, "text-anchor": "middle" };
  return svgElement("g", {}, [
    svgElement("rect", { ...box, fill: themed("paper"), stroke, "stroke-width": 1.6 }),
    svgElement("text", { ...text, "font-weight": isRound ? 600 : undefined }, [label]),
  ]);
}

/** `node 0 adds conv_3x3 of cell k−1 and skip_connect of cell k−2`, node by node. */
function inWords(cell: CellGenotype): string {
  return cell
    .map((edges, cellNode) => {
      const terms = edges.map(({ primitive, from }) => `${primitive} of ${sourceName(from)}`);
      return `node ${cellNode} adds ${terms.join(" and ")}`;
    })
    .join(", ");
}
