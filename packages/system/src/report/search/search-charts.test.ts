// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { drawingDocument } from "../node/drawing.ts";
import { darts8 } from "../../cells/primitive-sets.ts";
import { expectNothingClipped } from "../nothing-clipped.fixture.ts";
import { withLightColours } from "../palette.ts";
import { cellDiagrams } from "./cell-diagrams.ts";
import { dynamicsChart } from "./epoch-charts.ts";
import { paretoChart, paretoFront } from "./pareto-chart.ts";
import { primitiveStyles } from "../series.ts";
import { drawSearchCharts, mainTrace, type SearchChartId } from "./search-charts.ts";
import { DARTS_V2, syntheticSearch } from "./search-results.fixture.ts";

const results = syntheticSearch();
const charts = drawSearchCharts(results, drawingDocument());

function chartOf(id: SearchChartId): string {
  return charts.find((chart) => chart.id === id)!.svg;
}

function count(text: string, piece: string): number {
  return text.split(piece).length - 1;
}

describe("the charts of a search", () => {
  it("are all drawn, numbered from where the page stands", () => {
    const drawn = drawSearchCharts(results, drawingDocument(), 5).map(({ id, figureNumber }) => [
      id,
      figureNumber,
    ]);
    expect(drawn).toEqual([
      ["search-pareto", 5],
      ["search-cells", 6],
      ["search-dynamics", 7],
      ["search-strengths-normal", 8],
      ["search-strengths-reduce", 9],
    ]);
  });

  it.each(charts)("$id is standalone and has nothing beyond its canvas", ({ svg }) => {
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="\d+" height="\d+" viewBox="0 0 /,
    );
    expect(svg).not.toMatch(/<style|<script| class=|currentColor|href|NaN|undefined/);
    expect(withLightColours(svg)).not.toContain('"var(');
    expectNothingClipped(svg);
  });

  it("are none where nothing was searched and nothing measured", () => {
    const empty = { ...results, traces: [], finals: [], architectures: [] };
    expect(drawSearchCharts(empty, drawingDocument())).toEqual([]);
  });

  it("follow the search that proposed the chosen architecture", () => {
    expect(mainTrace(results)?.id).toBe("kdl");
    expect(mainTrace({ ...results, chosen: "ce" })?.id).toBe("ce");
    expect(mainTrace({ ...results, chosen: "residual" })?.id).toBe("kdl");
  });
});

describe("the diagrams of cells", () => {
  it("show every primitive of DARTS_V2 and clip none", () => {
    const svg = cellDiagrams(DARTS_V2, primitiveStyles(darts8.map(({ name }) => name)));
    expect(count(svg, ">sep_conv_3x3<")).toBe(5);
    expect(count(svg, ">max_pool_3x3 /2<")).toBe(5);
    expect(count(svg, ">skip_connect<")).toBe(5);
    expectNothingClipped(svg);
  });

  it("tell a screen reader what each node adds", () => {
    expect(chartOf("search-cells")).toContain(
      "Normal cell: node 0 adds conv_3x3 of cell k−2 and sep_conv_3x3 of cell k−1, node 1",
    );
  });
});

describe("primitiveStyles", () => {
  it("are all different, and none is pale", () => {
    const styles = primitiveStyles(darts8.map(({ name }) => name));
    expect(new Set([...styles.values()].map(({ colour, dash }) => `${colour} ${dash}`)).size).toBe(8);
    expect(styles.get("none")!.colour).toContain("--muted");
  });
});

describe("the strengths of a cell", () => {
  it("have a panel for every edge, with the primitive of those that the genotype keeps", () => {
    const svg = chartOf("search-strengths-normal");
    expect(count(svg, ">epoch<")).toBe(9);
    expect(svg).toContain(">cell k−2 → 0: conv_3x3<");
    expect(svg).toContain(">cell k−1 → 1<");
    expect(svg).toContain(">node 1 → 2: conv_3x3<");
  });
});

describe("the dynamics of a search", () => {
  it("show no gradient share while alpha rests", () => {
    const svg = chartOf("search-dynamics");
    expect(count(svg, "penalty, epoch")).toBe(7);
    expect(count(svg, "one shot, epoch")).toBe(10);
    expect(svg).toContain("penalty, epoch 3: 15.8"); // 0.003 / 0.019
  });

  it("are not drawn before the first epoch", () => {
    expect(
      dynamicsChart({ ...results.traces[0]!, epochs: [] }, results.figures[0]!, drawingDocument()),
    ).toBeUndefined();
  });
});

describe("the Pareto chart", () => {
  it("shows every measured architecture in all three panels, with its figures", () => {
    const svg = chartOf("search-pareto");
    expect(count(svg, "Residual CNN, equal MACs: ")).toBe(3);
    expect(count(svg, "Random 0: 72.2")).toBe(3);
  });

  it("leaves out the latency where none was measured", () => {
    const architectures = results.architectures.map((each) => ({ ...each, latencyMs: null }));
    const svg = paretoChart({ ...results, architectures }, drawingDocument())!;
    expect(count(svg, "Residual CNN, equal MACs: ")).toBe(2);
    expect(svg).not.toContain("Time on one thread");
  });

  it("draws the front through what was measured over two seeds or more", () => {
    const [dashed = ""] = /<[^>]*stroke-dasharray="4 3"[^>]*>(<path[^>]*>)?/.exec(chartOf("search-pareto"))!;
    const [, front = ""] = / d="([^"]*)"/.exec(dashed)!;
    expect(front.match(/[ML]/g)).toHaveLength(4); // weight 0.5, without KD, chosen, 32 channels
  });

  it("has as its front what nothing cheaper equals or beats", () => {
    const points = [
      { x: 3, y: 5 },
      { x: 1, y: 2 },
      { x: 2, y: 2 },
      { x: 2, y: 4 },
      { x: 4, y: 4.9 },
    ];
    expect(paretoFront(points)).toEqual([1, 3, 0]);
  });
});
