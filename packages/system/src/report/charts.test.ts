// SPDX-License-Identifier: Apache-2.0
import { DOMParser } from "linkedom";
import { describe, expect, it } from "vitest";
import type { Results } from "../results/results.ts";
import { drawCharts } from "./charts.ts";
import type { DrawnChart } from "./charts.ts";
import { drawingDocument } from "./node/drawing.ts";
import { expectNothingClipped } from "./nothing-clipped.fixture.ts";
import { withLightColours } from "./palette.ts";
import { syntheticResults } from "./results.fixture.ts";

const results = syntheticResults();
const document = drawingDocument();
const charts = drawCharts(results, document);

function chartOf(id: string, drawn: readonly DrawnChart[] = charts): string {
  return drawn.find((chart) => chart.id === id)?.svg ?? "";
}

/** All text of a chart as a reader sees it, without tooltips. */
function textsOf(svg: string): string[] {
  const { documentElement } = new DOMParser().parseFromString(svg, "image/svg+xml");
  const texts = [...svg.matchAll(/<text[^>]*>.*?<\/text>/gs)].map(([text]) =>
    text.replace(/<title>.*?<\/title>/gs, ""),
  );
  expect(documentElement.tagName).toBe("svg");
  return texts.map((text) => text.replaceAll(/<[^>]+>/g, "").replaceAll("\u200b", ""));
}

/** A smaller result for the many special cases. */
const small = syntheticResults({
  lengths: [4, 16],
  esNoDb: [-10, 0, 20],
  channels: ["awgn"],
  numImages: 400,
});

function without(part: "rival" | "baseline" | "link"): Results {
  return { ...small, lines: small.lines.filter(({ role }) => role !== part) };
}

describe("charts", () => {
  it("are all drawn and numbered in order", () => {
    expect(charts.map(({ id }) => id)).toEqual([
      "accuracy-vs-es-no",
      "accuracy-vs-length",
      "embeddingR2-vs-es-no",
      "embeddingR2-vs-length",
      "identity100-vs-es-no",
      "identity100-vs-length",
      "accuracy-comparisons",
      "training-loss",
      "accuracy-vs-step",
    ]);
    expect(charts.map(({ figureNumber }) => figureNumber)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it.each(charts)(
    "$id is standalone: namespace, size, description, no style sheet, id or class",
    ({ svg }) => {
      expect(svg).toMatch(
        /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="\d+" height="\d+" viewBox="0 0 \d+ \d+"/,
      );
      expect(svg).toMatch(/role="img" aria-label="[^"]+"/);
      expect(svg).toContain("<desc>");
      expect(svg).not.toMatch(/<style|<script| class=| id=|currentColor|url\(|href/);
      expect(withLightColours(svg)).not.toContain('"var(');
    },
  );

  it.each(charts)("$id has nothing beyond its canvas", ({ svg }) => {
    expectNothingClipped(svg);
  });

  it("are the same bytes for the same results", () => {
    expect(drawCharts(syntheticResults(), document)).toEqual(charts);
  });

  it.each([
    [
      "accuracy-vs-es-no",
      ["Es/N0 [dB]", "Top-1 accuracy [%]", "16 symbols", "AWGN", "Rayleigh block fading"],
    ],
    ["accuracy-vs-length", ["length [symbols]", "Top-1 accuracy [%]", "Es/N0 = \u221210\u00a0dB"]],
    ["embeddingR2-vs-es-no", ["Es/N0 [dB]", "Embedding R²"]],
    ["identity100-vs-es-no", ["Es/N0 [dB]", "Identity among 100 [%]", "chance 1.0\u00a0%"]],
    ["accuracy-comparisons", ["difference [percentage points]"]],
    ["training-loss", ["step [updates]", "loss", "codec phase A"]],
    ["accuracy-vs-step", ["step [updates]", "validation accuracy [%]"]],
  ] as const)("%s names its axes with units", (id, expected) => {
    const texts = textsOf(chartOf(id));
    for (const text of expected) expect(texts).toContain(text);
  });
});

describe("accuracy charts", () => {
  it("draw every line of the results, with one marker per point", () => {
    const svg = chartOf("accuracy-vs-es-no");
    const texts = textsOf(svg);
    for (const { label, points } of results.lines) {
      expect(texts).toContain(label);
      const place = `<title>${label}, `;
      expect(svg.split(place).length - 1).toBe(points.length * 2); // two channels share a label
    }
  });

  it("name teacher and student with their numbers", () => {
    expect(textsOf(chartOf("accuracy-vs-es-no"))).toEqual(
      expect.arrayContaining([
        "teacher, clean 91.4\u00a0%",
        "student, clean 88.3\u00a0%",
        "chance 10.0\u00a0%",
      ]),
    );
  });

  it("leave out the embedding charts when no line has embeddings", () => {
    const lines = small.lines.filter(({ role }) => role === "baseline");
    const ids = drawCharts({ ...small, lines }, document).map(({ id }) => id);
    expect(ids).toContain("accuracy-vs-es-no");
    expect(ids.filter((id) => /embeddingR2|identity100/.test(id))).toEqual([]);
  });
});

describe("charts of partial results", () => {
  const long = small.lines.map((line) => ({
    ...line,
    label: `${line.label} with a very long and detailed name`,
  }));
  const cases: readonly (readonly [string, Results])[] = [
    ["no rival", without("rival")],
    ["no baselines", without("baseline")],
    ["no link", without("link")],
    ["one channel", syntheticResults({ lengths: [4, 16], esNoDb: [0, 9], channels: ["rayleigh-block"] })],
    ["one length", syntheticResults({ lengths: [16], esNoDb: [0, 9] })],
    ["one Es/N0", syntheticResults({ lengths: [4, 16], esNoDb: [0] })],
    [
      "one point and few images",
      syntheticResults({ lengths: [16], esNoDb: [0], channels: ["awgn"], numImages: 9 }),
    ],
    [
      "eight lengths",
      syntheticResults({ lengths: [2, 4, 6, 8, 16, 32, 64, 128], channels: ["awgn"], esNoDb: [0, 9] }),
    ],
    ["no clean accuracy", { ...small, clean: [] }],
    ["long labels", { ...small, lines: long }],
  ];

  it.each(cases)("%s: every chart can be drawn and is not clipped", (_, partial) => {
    const drawn = drawCharts(partial, document);
    expect(drawn.length).toBeGreaterThan(3);
    for (const { svg } of drawn) {
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      expectNothingClipped(svg);
    }
  });

  it("draw a single length once, not against length", () => {
    const ids = drawCharts(syntheticResults({ lengths: [16], esNoDb: [0, 9] }), document).map(({ id }) => id);
    expect(ids).toContain("accuracy-vs-es-no");
    expect(ids).not.toContain("accuracy-vs-length");
  });

  it("draw nothing for nothing", () => {
    const nothing = { ...results, clean: [], lines: [], comparisons: [], ledger: [], curves: [] };
    expect(drawCharts(nothing, document)).toEqual([]);
    const empty = { ...nothing, curves: [{ stage: "distill", metric: "loss", label: "loss", points: [] }] };
    expect(drawCharts(empty, document)).toEqual([]);
  });

  it("draw curves of one point, of a wide range and of unknown metrics", () => {
    const curves = [
      { stage: "a", metric: "loss", label: "loss", points: [[0, 1]] },
      {
        stage: "b",
        metric: "loss",
        label: "loss",
        points: [
          [0, 500],
          [1, 1],
        ],
      },
      {
        stage: "b",
        metric: "feature loss",
        label: "feature loss",
        points: [
          [0, 400],
          [1, 2],
        ],
      },
      {
        stage: "b",
        metric: "learning rate",
        label: "learning rate",
        points: [
          [0, 25000],
          [1, 0],
        ],
      },
    ] as const;
    const drawn = drawCharts({ ...results, lines: [], comparisons: [], curves }, document);
    expect(drawn.map(({ id }) => id)).toEqual(["training-loss", "other-curves"]);
    expect(textsOf(chartOf("training-loss", drawn))).toEqual(
      expect.arrayContaining(["a", "b", "loss, log scale", "feature loss"]),
    );
    expect(textsOf(chartOf("other-curves", drawn))).toContain("b: learning rate");
    for (const { svg } of drawn) expectNothingClipped(svg);
  });

  it("write hostile labels as text", () => {
    const label = `<script>alert("1")</script>&'\u0000`;
    const lines = small.lines.map((line) => ({ ...line, label }));
    for (const { svg } of drawCharts({ ...small, lines }, document)) {
      expect(svg).not.toContain("<script");
      expectNothingClipped(svg);
    }
  });
});

describe("charts of any figures", () => {
  const psnr = {
    id: "psnr",
    label: "PSNR",
    meaning: "peak signal over mean squared error of the received image",
    unit: "dB",
    isShare: false,
    chance: null,
  };
  const recall = {
    id: "recallAt5",
    label: "Recall at 5",
    meaning: "share of captions whose image is among the five nearest",
    unit: "1",
    isShare: true,
    chance: 0.05,
  };
  const lines = small.lines.map((line, index) => ({
    ...line,
    points: line.points.map((point, place) => {
      const { accuracy } = point.figures;
      const value = 20 + place;
      return {
        ...point,
        figures: {
          recallAt5: accuracy!,
          // The second line has no value at its first point, the others have one everywhere.
          ...(index === 1 && place === 0
            ? {}
            : { psnr: { ...accuracy!, value, low: value - 1, high: value + 1 } }),
        },
      };
    }),
  }));
  const other = { ...small, figures: [recall, psnr], lines, clean: [], comparisons: [], curves: [] };
  const drawn = drawCharts(other, document);

  it("are drawn from what the file says of them, the first figure first", () => {
    const ids = drawn.map(({ id }) => id);
    expect(ids.slice(0, 4)).toEqual([
      "recallAt5-vs-es-no",
      "recallAt5-vs-length",
      "psnr-vs-es-no",
      "psnr-vs-length",
    ]);
    expect(textsOf(chartOf("psnr-vs-es-no", drawn))).toContain("PSNR [dB]");
    expect(textsOf(chartOf("recallAt5-vs-es-no", drawn))).toContain("chance 5.0\u00a0%");
    expect(drawn.map(({ svg }) => svg).join("")).not.toMatch(/accuracy|Embedding|Identity|label code.*R²/);
  });

  it("leave out a point that has no such figure", () => {
    const titles = chartOf("psnr-vs-es-no", drawn).split("<title>").length - 1;
    expect(titles).toBe(lines.flatMap(({ points }) => points).length - 1);
    expect(chartOf("psnr-vs-es-no", drawn)).not.toMatch(/NaN|undefined/);
  });
});
