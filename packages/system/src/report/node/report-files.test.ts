// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseResults } from "../../results/parse-results.ts";
import { syntheticResults } from "../results.fixture.ts";
import { PNG_SCALE } from "./drawing.ts";
import { type ReportFiles, writeReport } from "./report-files.ts";

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const small = syntheticResults({ lengths: [4, 16], esNoDb: [-10, 0, 20], channels: ["awgn"] });
const results = parseResults(JSON.stringify(small), "synthetic results");

describe("writeReport", () => {
  let folder = "";
  let files: ReportFiles;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "semlink-report-"));
    files = await writeReport(results, join(folder, "first"));
  });

  afterAll(() => rm(folder, { recursive: true }));

  it("writes the page, every chart twice and every table, and nothing else", async () => {
    const listed = [files.html, ...files.svg, ...files.png, ...files.csv].map((path) =>
      relative(folder, path),
    );
    const found = await readdir(folder, { recursive: true });
    expect(found.filter((path) => path.includes(".")).toSorted()).toEqual(listed.toSorted());
    expect(files.svg).toHaveLength(9);
    expect(files.csv.map((path) => relative(join(folder, "first", "tables"), path))).toContain("lines.csv");
  });

  it("writes SVG files in plain colours, which every program knows; the page keeps those of its theme", async () => {
    for (const path of files.svg) expect(await readFile(path, "utf8")).not.toContain("var(");
    expect(await readFile(files.html, "utf8")).toContain('fill="var(--ink, #1c2127)"');
  });

  it("writes PNGs of twice the size of their SVG", async () => {
    for (const [index, path] of files.png.entries()) {
      const png = await readFile(path);
      const svg = await readFile(files.svg[index]!, "utf8");
      const [, width, height] = /^<svg [^>]*?width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
      expect([...png.subarray(0, 8)]).toEqual(PNG_SIGNATURE);
      expect(png.readUInt32BE(16)).toBe(PNG_SCALE * Number(width));
      expect(png.readUInt32BE(20)).toBe(PNG_SCALE * Number(height));
    }
  });

  it("writes the same bytes for the same results", async () => {
    const second = await writeReport(results, join(folder, "second"));
    const pairs = [
      [files.html, second.html],
      ...[...files.png, ...files.csv].map((path, i) => [path, [...second.png, ...second.csv][i]]),
    ];
    for (const [a, b] of pairs) expect((await readFile(a!)).equals(await readFile(b!))).toBe(true);
    await rm(join(folder, "second"), { recursive: true });
  });

  it("fails with a code where no folder can be made", async () => {
    const file = join(folder, "first", "report.html");
    const occupied = join(file, "below-a-file");
    await expect(writeReport(results, occupied)).rejects.toMatchObject({ code: "write-failed" });
  });
});
