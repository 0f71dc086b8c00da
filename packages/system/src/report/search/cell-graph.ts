// SPDX-License-Identifier: Apache-2.0
import { edgeStride, NUM_CELL_INPUTS } from "../../cells/cell-plan.ts";
import type { CellGenotype } from "../../cells/genotype.ts";

/** What a vertex of a drawn cell stands for. */
export type CellVertexKind = "input" | "primitive" | "node" | "output";

/** A vertex of a drawn cell; every primitive is one, between its input and its cell node. */
export interface CellVertex {
  readonly kind: CellVertexKind;
  readonly label: string;
  /** Column, from 0 for the inputs. */
  readonly layer: number;
  /** Name of the primitive that it is. */
  readonly primitive?: string;
}

/** The graph of a cell for drawing: wires lead from one vertex to one of a later layer. */
export interface CellGraph {
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
