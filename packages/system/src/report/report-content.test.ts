// SPDX-License-Identifier: Apache-2.0
import { DOMParser } from "linkedom";
import { describe, expect, it } from "vitest";
import type { Results } from "../results/results.ts";
import { drawCharts } from "./charts.ts";
import { drawingDocument } from "./node/drawing.ts";
import { figureWithInterval } from "./number-format.ts";
import { reportPage } from "./report-content.ts";
import { syntheticResults } from "./results.fixture.ts";

const results = syntheticResults();
const document = drawingDocument();
const charts = drawCharts(results, document);

/** Text of a page without its charts, with single ordinary spaces. */
function textOf(page: string): string {
  const { documentElement } = new DOMParser().parseFromString(
    page.replaceAll(/<svg.*?<\/svg>\s*<\/div>/gs, "</div>").replaceAll(/<\/(td|th|dt|dd|li)>/g, "$& "),
    "text/html",
  );
  return documentElement.textContent.replaceAll(/\s+/g, " ");
}

/** A page whose figures do not matter. */
function pageOf(partial: Results): string {
  return reportPage(partial, []);
}

describe("the report page", () => {
  const page = reportPage(results, charts);
  const text = textOf(page);

  it("is one file: no script, no link to anything outside", () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).not.toMatch(/<script|<link|@import|src=|url\(/);
    expect(page.match(/https?:[^"'\s]*/g)?.every((url) => url === "http://www.w3.org/2000/svg")).toBe(true);
    expect(page.match(/href="[^#]/g)).toBeNull();
  });

  it("states the findings in the numbers of the results", () => {
    expect(text).toContain("the student's Top-1 accuracy is 88.3 % [87.7, 88.9] on 10,000 test items");
    expect(text).toContain("which is 96.6 % of its teacher's 91.4 %");
    expect(text).toMatch(
      /At 0 dB and 16 symbols over AWGN, the Top-1 accuracy of link \(CAT\) is 83\.2 % \[82\.\d, 83\.\d\], which is 94\.2 %/,
    );
    expect(text).toContain("KD minus no KD, clean, same recipe and epochs: +1.10 points [+0.58, +1.62].");
  });

  it("says when a difference is not shown", () => {
    const [first] = results.comparisons;
    const unclear = { ...first!, difference: { ...first!.difference, low: -0.001 } };
    expect(textOf(pageOf({ ...results, comparisons: [unclear] }))).toContain(
      "the interval contains zero, so no difference is shown",
    );
  });

  it("shows every figure with its number and every section", () => {
    for (const { figureNumber } of charts) expect(text).toContain(`Figure ${figureNumber}.`);
    const ids = results.figures.map(({ id }) => `over-the-channel-${id}`);
    for (const id of [...ids, "clean", "comparisons", "cost", "training"]) {
      expect(page).toContain(`<section id="${id}">`);
    }
  });

  it("has a table for every figure of every line", () => {
    const counts = results.lines.map(({ points }) => Object.keys(points[0]!.figures).length);
    const numTables = counts.reduce((sum, count) => sum + count, 0);
    expect(page.match(/<table class="grid">/g)).toHaveLength(numTables);
    for (const { label } of results.lines) expect(text).toContain(`${label}, AWGN (n = 10,000)`);
  });

  it("sums the ledger per side with shares of the teacher", () => {
    expect(text).toContain("sum 347,000 69.0 % 8,810,000 26.6 %");
    expect(text).toContain("Whole link 429,280 85.3 % 9,451,280 28.6 %");
  });

  it("has what every line takes of the channel, overhead included", () => {
    // 16 symbols and a length field of 3 bits; label lines have no field.
    expect(text).toContain("16 0 2 0 0 18 0.0059 link (CAT), FiLM MLP");
    expect(text).toContain("16 0 0 0 0 16 0.0052 label code, repetition QPSK, image codec, capacity");
    expect(textOf(pageOf({ ...results, channelUses: [] }))).toContain("Channel uses: not measured.");
  });

  it("carries conventions, provenance, stages and configuration", () => {
    expect(text).toContain("y = h x + n");
    expect(text).toContain("CBR = length / (height · width · channels)");
    for (const value of ["semlink run --preset synthetic", "0000000", "synthetic CPU, 2 cores", "v20.0.0"]) {
      expect(text).toContain(value);
    }
    expect(text).toContain("data 1.2 s taken from an earlier run");
    expect(text).toContain('"preset": "synthetic"');
    expect(textOf(pageOf({ ...results, bits: { "student.safetensors": "abc123" } }))).toContain("abc123");
  });

  it("is the same bytes for the same results", () => {
    expect(reportPage(syntheticResults(), charts)).toBe(page);
  });
});

describe("the report page of partial results", () => {
  it("says what was not measured and makes up nothing", () => {
    const nothing = {
      ...results,
      clean: [],
      lines: [],
      comparisons: [],
      ledger: [],
      curves: [],
      conventions: [],
    };
    const text = textOf(pageOf(nothing));
    for (const missing of [
      "Top-1 accuracy of the link",
      "Without a channel",
      "Parameters and MACs",
      "Training loss",
    ]) {
      expect(text).toContain(`${missing}: not measured.`);
    }
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("gives no share without its reference", () => {
    const text = textOf(pageOf({ ...results, clean: [], ledger: results.ledger.slice(1) }));
    expect(text).toContain("At 0 dB and 16 symbols over AWGN, the Top-1 accuracy of link (CAT) is 83.2 %");
    expect(text).toContain("share of the teacher: not measured");
    expect(text).not.toContain("NaN");
  });

  it("mentions only the channel that was measured", () => {
    const text = textOf(pageOf(syntheticResults({ channels: ["awgn"] })));
    expect(text).not.toContain("Rayleigh");
  });

  it("does not compare with lines that do not exist", () => {
    const lines = results.lines.filter(({ role }) => role === "link");
    const text = textOf(pageOf({ ...results, lines }));
    expect(text).not.toContain("minus every other line");
    expect(text).not.toContain("other lines have");
    const [, embedding] = results.figures;
    const point = lines[0]!.points.find(({ numSymbols, esNoDb }) => numSymbols === 16 && esNoDb === 0)!;
    const value = figureWithInterval(embedding!, point.figures["embeddingR2"]).replaceAll("\u00a0", " ");
    expect(text).toContain(`link (CAT) also reaches Embedding R² ${value} and Identity among 100`);
  });

  it("leaves text that looks like markup inert, wherever it comes from", () => {
    const hostile = `</pre></style><script>alert("1")</script><img src=x onerror='alert(2)'>`;
    const changed: Results = {
      ...results,
      name: hostile,
      experiment: { [hostile]: hostile },
      conventions: [hostile],
      provenance: { ...results.provenance, command: hostile, commit: hostile, cpu: hostile },
      clean: results.clean.map((line) => ({ ...line, label: hostile })),
      lines: results.lines.map((line) => ({ ...line, label: hostile })),
      comparisons: results.comparisons.map((comparison) => ({
        ...comparison,
        label: hostile,
        note: hostile,
      })),
      ledger: results.ledger.map((row) => ({ ...row, part: hostile, note: hostile })),
      curves: results.curves.map((curve) => ({ ...curve, stage: hostile })),
      bits: { [hostile]: hostile },
    };
    const page = reportPage(changed, drawCharts(changed, document));
    expect(page).not.toMatch(/<script|<img/);
    expect(page.match(/<\/style>/g)).toHaveLength(1);
    expect(textOf(page)).toContain("<script>");
  });
});
