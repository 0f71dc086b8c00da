// SPDX-License-Identifier: Apache-2.0
import { Resvg } from "@resvg/resvg-js";
import { DOMParser } from "linkedom";
import { describe, expect, it } from "vitest";
import type { Results } from "../results/results.ts";
import { parseResults } from "../results/parse-results.ts";
import { drawCharts } from "./charts.ts";
import { csvFiles } from "./csv.ts";
import { largestLosses } from "./selection.ts";
import { syntheticMatrix } from "./matrix.fixture.ts";
import { reportPage } from "./report-content.ts";
import { withLightColours } from "./palette.ts";
import { CHART_FONTS, drawingDocument } from "./node/drawing.ts";
import { syntheticResults } from "./results.fixture.ts";

const accuracy = { id: "accuracy" };
const plain = syntheticResults({ lengths: [16], esNoDb: [0, 10], channels: ["awgn"] });
const matrix = syntheticMatrix();
const results: Results = { ...plain, matrix };
const document = drawingDocument();
const charts = drawCharts(results, document);
const maps = charts.filter(({ id }) => id.startsWith("accuracy-mismatch-"));
const others = charts.filter(({ id }) => id.startsWith("embeddingR2-mismatch-"));
const page = reportPage(results, charts);

function textOf(markup: string): string {
  const { documentElement } = new DOMParser().parseFromString(markup, "text/html");
  return documentElement.textContent.replaceAll(/\s+/g, " ");
}

describe("the matrix in results", () => {
  it("is accepted by the schema, and may be absent", () => {
    expect(parseResults(JSON.stringify(results), "results").matrix).toEqual(matrix);
    expect(parseResults(JSON.stringify(plain), "results")).not.toHaveProperty("matrix");
  });

  it("is refused with a share above 1", () => {
    const [axis, ...axes] = matrix.axes;
    const [cell, ...cells] = axis!.cells;
    const wrong = { ...cell!, figures: { accuracy: { ...cell!.figures["accuracy"]!, high: 1.1 } } };
    const damaged = { ...matrix, axes: [{ ...axis, cells: [wrong, ...cells] }, ...axes] };
    expect(() => parseResults({ ...plain, matrix: damaged }, "results")).toThrow(
      /matrix.axes\[0\].cells\[0\]/,
    );
  });
});

describe("heat maps", () => {
  it("are one for each axis and figure, between the curves and the comparisons", () => {
    const ids = charts.map(({ id }) => id);
    const first = ids.indexOf("accuracy-mismatch-channel");
    expect(ids.slice(first, first + 18)).toEqual(
      matrix.axes.flatMap(({ id }) => [`accuracy-mismatch-${id}`, `embeddingR2-mismatch-${id}`]),
    );
    expect(ids[first + 18]).toBe("accuracy-comparisons");
    expect(charts.map(({ figureNumber }) => figureNumber)).toEqual(ids.map((_, index) => index + 1));
  });

  it.each([...maps, ...others])("$id has nothing beyond its canvas and no style sheet", ({ svg }) => {
    const resvg = new Resvg(withLightColours(svg), { font: CHART_FONTS });
    const box = resvg.getBBox()!;
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.y).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(resvg.width);
    expect(box.y + box.height).toBeLessThanOrEqual(resvg.height);
    expect(svg).not.toMatch(/NaN|Infinity|undefined|<style| class=| id=/);
    expect(withLightColours(svg)).not.toContain('"var(');
  });

  it("have a field with its number and interval for every cell, row by row", () => {
    const { cells } = matrix.axes[0]!;
    const numbers = [...maps[0]!.svg.matchAll(/tabular-nums">([\d.]+)</g)].map(([, text]) => Number(text));
    // Panels stand side by side: all rows of the first Es/N0, then all of the second.
    const inOrder = matrix.esNoDb.flatMap((level) => cells.filter(({ esNoDb }) => esNoDb === level));
    expect(numbers).toEqual(
      inOrder.map(({ figures }) => Number((100 * figures["accuracy"]!.value).toFixed(1))),
    );
    expect(maps[0]!.svg.match(/<title>/g)).toHaveLength(cells.length);
  });

  it("have darker fields for higher accuracy, the same in all axes", () => {
    const fills = maps.flatMap(({ svg }) =>
      [...svg.matchAll(/heat(\d), #[0-9a-f]{6}\)"\/><text[^>]*tabular-nums">([\d.]+)</g)].map(
        ([, step, value]) => [Number(value), Number(step)] as const,
      ),
    );
    expect(fills.length).toBe(matrix.axes.flatMap(({ cells }) => cells).length);
    const steps = fills.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, step]) => step);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(new Set(steps).size).toBeGreaterThan(3);
  });

  it("leave a field empty where nothing was measured", () => {
    const [axis] = matrix.axes;
    const without = { ...axis!, cells: axis!.cells.filter(({ system }) => system !== "label-code") };
    const [map] = drawCharts({ ...plain, matrix: { ...matrix, axes: [without] } }, document).filter(
      ({ id }) => id.startsWith("accuracy-mismatch-"),
    );
    expect(map!.svg.match(/fill="none"/g)).toHaveLength(axis!.cells.length - without.cells.length);
  });

  it("write hostile names as text", () => {
    const name = `<script>alert("1")</script>`;
    const systems = matrix.systems.map((system) => ({ ...system, label: name }));
    for (const { svg } of drawCharts({ ...plain, matrix: { ...matrix, systems } }, document)) {
      expect(svg).not.toContain("<script");
    }
  });
});

describe("the page", () => {
  it("has a section for the matrix only when one was measured", () => {
    expect(page).toContain('<section id="mismatch">');
    expect(reportPage(plain, drawCharts(plain, document))).not.toContain("mismatch");
  });

  it("states the largest loss of the link on each axis", () => {
    const text = textOf(page);
    expect(text).toContain("Largest loss of the CAT link on each axis");
    expect(text).toContain(
      "What the receiver knows of the channel nothing 0 dB −28.00 points [−29.20, −26.80]",
    );
  });

  it("has every cell in numbers, with training, interval, change and SINR", () => {
    const text = textOf(page);
    expect(text).toContain("CAT link of other trained on AWGN");
    expect(text).toContain("58.0 [56.0, 60.0] −14.00 [−15.20, −12.80] Embedding R² 0.660 [0.630, 0.690]");
    expect(text).toContain("SIR = 0 dB SINR −3.0 dB");
    expect(text).toContain("OFDM multipath + 4 channel uses");
  });
});

describe("largestLosses", () => {
  it("are the lowest changes of the run's own link, one for each axis", () => {
    const losses = largestLosses(matrix, accuracy);
    expect(losses.map(({ axis }) => axis)).toEqual(matrix.axes.map(({ title }) => title));
    expect(losses[0]).toMatchObject({ system: "CAT link", condition: "OFDM multipath" });
    expect(losses[0]!.change.value).toBeCloseTo(-0.35, 10);
  });

  it("are none where nothing was compared, or no link of the run was measured", () => {
    const [axis] = matrix.axes;
    const single = {
      ...axis!,
      cells: axis!.cells.filter(({ changes }) => changes["accuracy"] === undefined),
    };
    expect(largestLosses({ ...matrix, axes: [single] }, accuracy)).toEqual([]);
    expect(largestLosses({ ...matrix, systems: matrix.systems.slice(1) }, accuracy)).toEqual([]);
  });
});

describe("mismatch.csv", () => {
  it("has one row for every figure of every cell, and is absent without a matrix", () => {
    const file = csvFiles(results).find(({ name }) => name === "mismatch")!;
    const rows = file.text.trimEnd().split("\n");
    expect(rows[0]).toBe(
      "axis,condition,channel,numPilots,numGuard,system,numSymbols,esNoDb,sirDb,sinrDb,figure,value,low,high,n,method,change,changeLow,changeHigh",
    );
    const cells = matrix.axes.flatMap((axis) => axis.cells);
    const counts = cells.map(({ figures }) => Object.keys(figures).length);
    expect(rows.length - 1).toBe(counts.reduce((sum, count) => sum + count, 0));
    const interfered = rows.filter((row) => /"?interference"?,"?SIR = 0 dB/.test(row));
    expect(interfered.every((row) => /,0,-(3\.01|0\.41)[^,]*,(accuracy|embeddingR2),/.test(row))).toBe(true);
    const overhead = rows.find((row) => row.startsWith("channel,OFDM multipath"));
    expect(overhead).toMatch(/,0,4,cat,16,0,,,accuracy,/); // a prefix of 4 samples: 16 symbols fill the subcarriers
    expect(csvFiles(plain).map(({ name }) => name)).not.toContain("mismatch");
  });
});
