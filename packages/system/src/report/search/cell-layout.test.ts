// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryGenotype } from "../../cells/arbitrary-genotype.fixture.ts";
import type { CellGenotype } from "../../cells/genotype.ts";
import { knownPrimitives } from "../../cells/primitive-sets.ts";
import { FULL_WIDTH } from "../render-svg.ts";
import { textWidth } from "../charts/labels.ts";
import { CHART_FONT_SIZE } from "../render-svg.ts";
import { BOX_HEIGHT, cellGraph, type CellLayout, layOutCell, type PlacedVertex } from "./cell-layout.ts";
import { DARTS_V2, SMALL_GENOTYPE } from "./search-results.fixture.ts";

/** Any cell of 1 to 4 nodes, laid out as a reduction cell, whose labels are the longest. */
const anyCell: fc.Arbitrary<CellGenotype> = fc
  .integer({ min: 1, max: 4 })
  .chain((numCellNodes) => arbitraryGenotype(knownPrimitives, numCellNodes))
  .map(({ reduce }) => reduce);

function expectForAny(law: (layout: CellLayout, genotype: CellGenotype) => void): void {
  fc.assert(
    fc.property(anyCell, (genotype) => law(layOutCell(cellGraph(genotype, true)), genotype)),
    { numRuns: 60 },
  );
}

function overlap(a: PlacedVertex, b: PlacedVertex): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && Math.abs(a.y - b.y) < BOX_HEIGHT;
}

function crossingsOf({ wires }: CellLayout): number {
  const hops = wires.flatMap(({ stops }) =>
    stops
      .slice(1)
      .map((to, index) => ({ x: stops[index]!.right, from: stops[index]!.y, to: to.y, end: to.left })),
  );
  return hops.filter((a, i) =>
    hops.slice(i + 1).some((b) => a.x < b.end && b.x < a.end && (a.from - b.from) * (a.to - b.to) < -1e-9),
  ).length;
}

describe("the layout of a cell", () => {
  it("draws every edge of the genotype, and every node into the output", () => {
    expectForAny(({ vertices, wires }, genotype) => {
      const leaves = (x: number, y: number): boolean =>
        vertices.some((v) => v.x + v.width === x && v.y === y);
      const enters = (x: number, y: number): boolean => vertices.some((v) => v.x === x && v.y === y);
      expect(wires).toHaveLength(5 * genotype.length);
      for (const { stops } of wires) {
        expect(leaves(stops[0]!.right, stops[0]!.y)).toBe(true);
        expect(enters(stops.at(-1)!.left, stops.at(-1)!.y)).toBe(true);
      }
      const drawn = vertices.flatMap(({ primitive }) => primitive ?? []);
      expect(drawn).toEqual(genotype.flat().map(({ primitive }) => primitive));
    });
  });

  it("never lets two boxes overlap", () => {
    expectForAny(({ vertices }) => {
      vertices.forEach((a, index) => {
        for (const b of vertices.slice(index + 1)) expect(overlap(a, b)).toBe(false);
      });
    });
  });

  it("leads wires beside the boxes they pass, not under them, with a place in every column between", () => {
    expectForAny(({ vertices, wires }) => {
      const layerAt = (x: number): number => vertices.find((v) => v.x <= x && x <= v.x + v.width)!.layer;
      for (const { stops } of wires) {
        expect(stops).toHaveLength(layerAt(stops.at(-1)!.left) - layerAt(stops[0]!.right) + 1);
        for (const { left, right, y } of stops.slice(1, -1)) {
          const hit = vertices.some(
            (v) => v.x < right && left < v.x + v.width && Math.abs(v.y - y) < BOX_HEIGHT,
          );
          expect(hit).toBe(false);
        }
      }
    });
  });

  it("leads every wire from left to right", () => {
    expectForAny(({ wires }) => {
      for (const { stops } of wires) {
        stops.slice(1).forEach(({ left }, index) => expect(left).toBeGreaterThan(stops[index]!.right));
      }
    });
  });

  it("keeps every box on the canvas, and its label in the box", () => {
    expectForAny(({ vertices, width, height }) => {
      for (const vertex of vertices) {
        expect(vertex.width).toBeGreaterThanOrEqual(textWidth(vertex.label, CHART_FONT_SIZE));
        expect(vertex.x).toBeGreaterThanOrEqual(0);
        expect(vertex.x + vertex.width).toBeLessThanOrEqual(width);
        expect(vertex.y - BOX_HEIGHT / 2).toBeGreaterThanOrEqual(0);
        expect(vertex.y + BOX_HEIGHT / 2).toBeLessThanOrEqual(height);
      }
    });
  });

  it("of cells of four nodes fits on the page", () => {
    fc.assert(
      fc.property(arbitraryGenotype(knownPrimitives, 4), ({ reduce }) => {
        expect(layOutCell(cellGraph(reduce, true)).width).toBeLessThanOrEqual(FULL_WIDTH);
      }),
      { numRuns: 60 },
    );
  });

  it("orders the columns so that fewer wires cross than in the order of the genotype: not 2, 4 and 5", () => {
    const cells = [SMALL_GENOTYPE.reduce, DARTS_V2.normal, DARTS_V2.reduce];
    expect(cells.map((cell) => crossingsOf(layOutCell(cellGraph(cell, true))))).toEqual([2, 3, 4]);
  });
});

describe("the graph of a cell", () => {
  it("puts a node behind its deepest input, each primitive before its node, the output last", () => {
    const { vertices } = cellGraph(DARTS_V2.normal, false);
    const nodes = vertices.filter(({ kind }) => kind === "node").map(({ layer }) => layer);
    expect(nodes).toEqual([2, 2, 2, 4]);
    expect(vertices.at(-1)).toMatchObject({ kind: "output", layer: 5 });
    const last = vertices.filter(({ kind, layer }) => kind === "primitive" && layer === 3);
    expect(last.map(({ label }) => label)).toEqual(["skip_connect", "dil_conv_3x3"]);
  });

  it("marks stride 2 where a reduction cell reads its inputs, and nowhere else", () => {
    const marked = (genotype: CellGenotype, isReduction: boolean): string[] =>
      cellGraph(genotype, isReduction)
        .vertices.filter(({ label }) => label.endsWith(" /2"))
        .map(({ label }) => label);
    expect(marked(SMALL_GENOTYPE.normal, false)).toEqual([]);
    expect(marked(SMALL_GENOTYPE.reduce, true)).toEqual([
      "avg_pool_3x3 /2",
      "conv_3x3 /2",
      "conv_1x1 /2",
      "sep_conv_3x3 /2",
    ]);
  });
});
