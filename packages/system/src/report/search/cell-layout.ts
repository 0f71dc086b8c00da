// SPDX-License-Identifier: Apache-2.0
import { edgeStride, NUM_CELL_INPUTS } from "../../cells/cell-plan.ts";
import type { CellGenotype } from "../../cells/genotype.ts";
import { spreadLabels, textWidth } from "../charts/labels.ts";
import { CHART_FONT_SIZE, FULL_WIDTH } from "../render-svg.ts";

/** What a vertex of a drawn cell stands for. */
type CellVertexKind = "input" | "primitive" | "node" | "output";

/** A vertex of a drawn cell; every primitive is one, between its input and its cell node. */
interface CellVertex {
  readonly kind: CellVertexKind;
  readonly label: string;
  /** Column, from 0 for the inputs. */
  readonly layer: number;
  /** Name of the primitive that it is. */
  readonly primitive?: string;
}

/** The graph of a cell for drawing: wires lead from one vertex to one of a later layer. */
interface CellGraph {
  readonly vertices: readonly CellVertex[];
  /** Places in `vertices`; `primitive` is that of the wire's edge, absent behind the cell nodes. */
  readonly wires: readonly { readonly from: number; readonly to: number; readonly primitive?: string }[];
}

/** What an edge starts from: `cell k−2` and `cell k−1` are the cells before the last and the last, then the cell nodes. */
export function sourceName(from: number): string {
  return from < NUM_CELL_INPUTS ? `cell k−${NUM_CELL_INPUTS - from}` : `node ${from - NUM_CELL_INPUTS}`;
}

/**
 * The graph of a cell: two inputs, for each cell node two primitives and their sum, and the concatenation at the end.
 *
 * A cell node lies in layer `2 depth`, its primitives in the layer before; the depth of a node is one more than that of
 * its deepest input.
 *
 * @param isReduction - whether primitives on the cell's inputs halve the map, written `/2`
 */
export function cellGraph(genotype: CellGenotype, isReduction: boolean): CellGraph {
  const vertices: CellVertex[] = Array.from({ length: NUM_CELL_INPUTS }, (_, from) => {
    return { kind: "input", label: sourceName(from), layer: 0 };
  });
  const wires: { from: number; to: number; primitive?: string }[] = [];
  const depths: number[] = new Array<number>(NUM_CELL_INPUTS).fill(0);
  const places = [...vertices.keys()]; // of inputs and cell nodes, as edges count them
  genotype.forEach((edges, cellNode) => {
    const depth = 1 + Math.max(...edges.map(({ from }) => depths[from]!));
    const node = vertices.push({ kind: "node", label: String(cellNode), layer: 2 * depth }) - 1;
    for (const { primitive, from } of edges) {
      const label = edgeStride({ from }, isReduction) === 2 ? `${primitive} /2` : primitive;
      const place = vertices.push({ kind: "primitive", label, primitive, layer: 2 * depth - 1 }) - 1;
      wires.push({ from: places[from]!, to: place, primitive }, { from: place, to: node, primitive });
    }
    depths.push(depth);
    places.push(node);
  });
  const layer = 2 * Math.max(...depths) + 1;
  const output = vertices.push({ kind: "output", label: "concat", layer }) - 1;
  for (const from of places.slice(NUM_CELL_INPUTS)) wires.push({ from, to: output });
  return { vertices, wires };
}

/** A vertex with its box [px]; `y` is the middle. */
export interface PlacedVertex extends CellVertex {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** A wire as the stops it makes from left to right [px]: it is bent between stops and straight across each. */
export interface PlacedWire {
  readonly stops: readonly { readonly left: number; readonly right: number; readonly y: number }[];
  readonly primitive?: string;
}

/** A drawn cell: where everything is. */
export interface CellLayout {
  readonly width: number;
  readonly height: number;
  readonly vertices: readonly PlacedVertex[];
  readonly wires: readonly PlacedWire[];
}

/** Height of a box [px]. */
export const BOX_HEIGHT = 24;

const ROW_GAP = 34;
const TEXT_PADDING = 9;
const [MIN_COLUMN_GAP, MAX_COLUMN_GAP] = [26, 72];
const NUM_SWEEPS = 16;

/** A place in a layer: a vertex, or where a long wire passes. */
interface Slot {
  readonly layer: number;
  readonly before: number[];
  readonly after: number[];
}

/** How far apart the ends of all wires are, and how often they cross. */
interface Tangle {
  readonly crossings: number;
  readonly climb: number;
}

/**
 * A layered drawing of a cell: columns by layer, and in each column the order with few crossings.
 *
 * A wire that skips layers has a place of its own in each, so it passes beside boxes and never under them. Every place
 * wants the mean height of its neighbours; going back and forth over the layers orders them (barycentres), and the
 * sweep with the fewest crossings is drawn, the straightest among those.
 *
 * @source Sugiyama, Tagawa & Toda 1981, IEEE SMC 11(2)
 */
export function layOutCell(graph: CellGraph): CellLayout {
  const { slots, chains } = slotsOf(graph);
  const heights = straightest(slots);
  const columns = columnsOf(graph);
  const top = BOX_HEIGHT / 2 + 1;
  const yOf = (slot: number): number => top + heights[slot]!;
  return {
    width: columns.at(-1)!.x + columns.at(-1)!.width,
    height: 2 * top + Math.max(...heights),
    vertices: graph.vertices.map((vertex, place) => {
      const { x, width } = columns[vertex.layer]!;
      const own = widthOf(vertex);
      return { ...vertex, x: x + (width - own) / 2, y: yOf(place), width: own };
    }),
    wires: graph.wires.map(({ primitive }, wire) => {
      const stops = chains[wire]!.map((slot) => {
        const { x, width } = columns[slots[slot]!.layer]!;
        const vertex = graph.vertices[slot];
        const margin = vertex === undefined ? 0 : (width - widthOf(vertex)) / 2;
        return { left: x + margin, right: x + width - margin, y: yOf(slot) };
      });
      return { stops, ...(primitive === undefined ? {} : { primitive }) };
    }),
  };
}

/** The vertices, then the passing places of long wires; `chains` has the slots of each wire from left to right. */
function slotsOf({ vertices, wires }: CellGraph): { slots: Slot[]; chains: number[][] } {
  const slots: Slot[] = vertices.map(({ layer }) => ({ layer, before: [], after: [] }));
  const chains = wires.map(({ from, to }) => {
    const chain = [from];
    for (let layer = slots[from]!.layer + 1; layer < slots[to]!.layer; layer++) {
      chain.push(slots.push({ layer, before: [], after: [] }) - 1);
    }
    chain.push(to);
    chain.slice(1).forEach((slot, index) => {
      slots[slot]!.before.push(chain[index]!);
      slots[chain[index]!]!.after.push(slot);
    });
    return chain;
  });
  return { slots, chains };
}

/** Height of each slot [px], from 0. */
function straightest(slots: readonly Slot[]): number[] {
  const layers: number[][] = [];
  slots.forEach(({ layer }, slot) => (layers[layer] ??= []).push(slot));
  const room = { gap: ROW_GAP, low: 0, high: ROW_GAP * (Math.max(...layers.map((own) => own.length)) - 1) };
  const heights = new Array<number>(slots.length).fill(0);
  for (const own of layers) own.forEach((slot, index) => (heights[slot] = index * ROW_GAP));
  let best = [...heights];
  let least = tangleOf(slots, best);
  for (let sweep = 0; sweep < NUM_SWEEPS; sweep++) {
    const [order, side] =
      sweep % 2 === 0 ? ([layers, "before"] as const) : ([layers.toReversed(), "after"] as const);
    for (const own of order) {
      const wanted = own.map((slot) => meanHeight(slots[slot]![side], heights) ?? heights[slot]!);
      spreadLabels(wanted, room).forEach((height, index) => (heights[own[index]!] = height));
    }
    const tangle = tangleOf(slots, heights);
    if (tangle.crossings > least.crossings) continue;
    if (tangle.crossings === least.crossings && tangle.climb >= least.climb) continue;
    best = [...heights];
    least = tangle;
  }
  return best;
}

function meanHeight(neighbours: readonly number[], heights: readonly number[]): number | undefined {
  if (neighbours.length === 0) return undefined;
  return neighbours.reduce((sum, slot) => sum + heights[slot]!, 0) / neighbours.length;
}

function tangleOf(slots: readonly Slot[], heights: readonly number[]): Tangle {
  const hops = slots.flatMap(({ layer, after }, from) =>
    after.map((to) => ({ layer, from: heights[from]!, to: heights[to]! })),
  );
  let crossings = 0;
  hops.forEach((a, index) => {
    for (const b of hops.slice(index + 1)) {
      if (a.layer === b.layer && (a.from - b.from) * (a.to - b.to) < 0) crossings += 1;
    }
  });
  return { crossings, climb: hops.reduce((sum, { from, to }) => sum + Math.abs(from - to), 0) };
}

/** The columns, as wide as their widest vertex, over the page when there is room. */
function columnsOf({ vertices }: CellGraph): { x: number; width: number }[] {
  const widths: number[] = [];
  for (const vertex of vertices) {
    widths[vertex.layer] = Math.max(widths[vertex.layer] ?? 0, widthOf(vertex));
  }
  const free = FULL_WIDTH - 2 - widths.reduce((sum, width) => sum + width, 0);
  const gap = Math.max(MIN_COLUMN_GAP, Math.min(MAX_COLUMN_GAP, Math.floor(free / (widths.length - 1))));
  let x = 1; // half a line beyond the box
  return widths.map((width) => {
    const column = { x, width };
    x += width + gap;
    return column;
  });
}

function widthOf({ label }: CellVertex): number {
  return Math.ceil(Math.max(BOX_HEIGHT, textWidth(label, CHART_FONT_SIZE) + 2 * TEXT_PADDING));
}
