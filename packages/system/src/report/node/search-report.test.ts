// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DOMParser } from "linkedom";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseGenotype } from "../../cells/genotype.ts";
import { parseSearchResults } from "../../search/search-results-schema.ts";
import type { SearchResults } from "../../search/search-results.ts";
import { drawCharts } from "../charts.ts";
import { reportPage } from "../report-content.ts";
import { syntheticResults } from "../results.fixture.ts";
import { drawSearchCharts } from "../search/search-charts.ts";
import { searchPage } from "../search/search-page.ts";
import { syntheticSearch } from "../search/search-results.fixture.ts";
import { drawingDocument } from "./drawing.ts";
import { type ReportFiles, writeSearchReport } from "./report-files.ts";

const results = syntheticSearch();

/** Text of a page without its charts, with single ordinary spaces. */
function textOf(page: string): string {
  const { documentElement } = new DOMParser().parseFromString(
    page.replaceAll(/<svg.*?<\/svg>/gs, "").replaceAll(/<\/(td|th|dt|dd|li)>/g, "$& "),
    "text/html",
  );
  return documentElement.textContent.replaceAll(/\s+/g, " ");
}

describe("writeSearchReport", () => {
  let folder = "";
  let files: ReportFiles;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "semlink-search-report-"));
    files = await writeSearchReport(results, join(folder, "first"));
  });

  afterAll(() => rm(folder, { recursive: true }));

  it("writes the page, every chart twice and every table", () => {
    expect(basename(files.html)).toBe("search.html");
    expect(files.svg.map((path) => basename(path))).toEqual(
      drawSearchCharts(results, drawingDocument()).map(({ id }) => `${id}.svg`),
    );
    expect(files.png).toHaveLength(files.svg.length);
    expect(files.csv.map((path) => basename(path))).toEqual([
      "search-architectures.csv",
      "search-trials.csv",
      "search-epochs.csv",
      "search-strengths.csv",
    ]);
  });

  it("writes the genotype of every architecture that was retrained, and no other", async () => {
    const genotypes = join(folder, "first", "genotypes");
    const retrained = results.architectures.filter(
      ({ id, genotype }) => genotype && results.finals.some(({ architecture }) => architecture === id),
    );
    expect((await readdir(genotypes)).toSorted()).toEqual(retrained.map(({ id }) => `${id}.json`).toSorted());
    for (const { id, genotype } of retrained) {
      expect(parseGenotype(await readFile(join(genotypes, `${id}.json`), "utf8"))).toEqual(genotype);
    }
  });

  it("writes the same bytes for the same results", async () => {
    const second = await writeSearchReport(results, join(folder, "second"));
    const paths = (all: ReportFiles): string[] => [all.html, ...all.png, ...all.csv];
    for (const [i, path] of paths(files).entries()) {
      expect((await readFile(path)).equals(await readFile(paths(second)[i]!))).toBe(true);
    }
  });

  it("writes a row for every observation", async () => {
    const rows = await Promise.all(
      files.csv.map(async (path) => (await readFile(path, "utf8")).split("\n").length - 2),
    );
    const numTrials = results.finals.length + 2 * (3 + 2);
    expect(rows).toEqual([17, numTrials, 3 * 10, 3 * 10 * 2 * 9 * 7]);
  });
});

describe("the synthetic results", () => {
  it("are a file that the published schema accepts", () => {
    expect(parseSearchResults(JSON.stringify(results), "fixture")).toEqual(
      JSON.parse(JSON.stringify(results)),
    );
  });
});

describe("the page of a search", () => {
  const pageOf = (search: SearchResults): string =>
    searchPage(search, drawSearchCharts(search, drawingDocument()));
  const text = textOf(pageOf(results));

  it("shows every part: nothing is said to be missing", () => {
    for (const title of [
      "What the search was worth",
      "Every architecture, retrained alike",
      "Comparisons",
      "Does a cheap figure rank like the final one?",
      "Selection on the validation split",
      "Cost in seconds of one core",
      "Searches",
      "Provenance",
    ]) {
      expect(text).toContain(title);
    }
    expect(text).not.toContain("not measured.");
    for (let number = 1; number <= 5; number++) expect(text).toContain(`Figure ${number}.`);
  });

  it("says which parts have no data", () => {
    const bare = textOf(pageOf({ ...results, traces: [], finals: [], comparisons: [], correlations: [] }));
    expect(bare).toContain("Final accuracy against cost: not measured.");
    expect(bare).toContain("The search over its epochs: not measured.");
    expect(bare).toContain("No search raised an alarm.");
  });

  it("marks the chosen architecture, and counts failed runs of a round", () => {
    expect(text).toMatch(
      /KDL-DARTS, epoch 9 \(chosen\) KDL-DARTS 13\.9 M 214 k 2\.00 75\.7 % \[75\.4, 76\.1\] 3 /,
    );
    expect(text).toMatch(/KDL-DARTS, round 1 5,000 2 3 1 62\.0 % 61\.0 % 60\.0 % 2 /);
  });

  it("counts what the selection sent home before the end", () => {
    expect(text).toContain("1 more left the selection before its end");
    expect(text).not.toContain("KDL-DARTS, epoch 5");
  });

  it("sums the time of search and trials for each pool", () => {
    expect(text).toMatch(/KDL-DARTS 4 min 00 s 2 min 04 s 6 min 04 s /);
    expect(text).toMatch(/random genotypes 0\.0 s 6 min 04 s 6 min 04 s /);
    expect(text).toMatch(/searches of the controls 8 min 00 s /);
  });

  it("lists alarms with search and epoch", () => {
    expect(text).toContain("KDL-DARTS: normal cell: skips on more than half of the edges (epoch 9)");
  });

  it("names every anchor once", () => {
    const ids = [...pageOf(results).matchAll(/<(?:section|h3|figure) id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  it("is a section of the main report too, its figures numbered on", () => {
    const main = syntheticResults({ lengths: [4, 16], esNoDb: [0, 10], channels: ["awgn"] });
    const charts = drawCharts(main, drawingDocument());
    const search = { results, charts: drawSearchCharts(results, drawingDocument(), charts.length + 1) };
    const page = textOf(reportPage(main, charts, search));
    expect(page).toContain("Architecture search What the search was worth");
    expect(page).toContain(`Figure ${charts.length + 1}. Final accuracy against cost`);
    expect(page).toContain(
      "Made from results.json (semlink-results/2) and search.json (semlink-search/2) alone",
    );
    expect(textOf(reportPage(main, charts))).not.toContain("Architecture search");
  });
});
