// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { csvFiles, linesCsv } from "./csv.ts";
import { syntheticResults } from "./results.fixture.ts";

const results = syntheticResults();

function rowsOf(text: string): string[][] {
  return text
    .trimEnd()
    .split("\n")
    .map((row) => row.split(","));
}

describe("linesCsv", () => {
  const [header, ...rows] = rowsOf(linesCsv(results));

  it("has the documented columns", () => {
    expect(header?.join(",")).toBe(
      "line,channel,num_symbols,cbr,es_no_db,accuracy,low,high,n,embedding_r2,identity_100",
    );
  });

  it("has one row for every point of every line, with the numbers unrounded", () => {
    const points = results.lines.flatMap((line) => line.points.map((point) => ({ line, point })));
    expect(rows).toHaveLength(points.length);
    points.forEach(({ line, point }, index) => {
      const [id, channel, numSymbols, , esNoDb, accuracy, , , n, r2] = rows[index] ?? [];
      expect([id, channel]).toEqual([line.id, line.channel]);
      expect([numSymbols, esNoDb, accuracy, n].map(Number)).toEqual([
        point.numSymbols,
        point.esNoDb,
        point.accuracy.value,
        point.accuracy.n,
      ]);
      expect(r2).toBe(point.embeddingR2 === undefined ? "" : String(point.embeddingR2.value));
    });
  });
});

describe("csvFiles", () => {
  it("has every set of the results", () => {
    const counts = csvFiles(results).map(({ name, text }) => [name, rowsOf(text).length - 1]);
    expect(Object.fromEntries(counts)).toEqual({
      lines: results.lines.flatMap(({ points }) => points).length,
      clean: 3,
      comparisons: 4,
      ledger: 5,
      curves: results.curves.flatMap(({ points }) => points).length,
    });
  });

  it("quotes commas, quotes and line ends", () => {
    const ledger = [{ part: 'a "b", c\nd', side: "device", params: 1, macs: 2 }] as const;
    const file = csvFiles({ ...results, ledger }).find(({ name }) => name === "ledger");
    expect(file?.text).toBe('part,side,params,macs,note\n"a ""b"", c\nd",device,1,2,\n');
  });

  it("is only a header where there is nothing", () => {
    const nothing = { ...results, clean: [], lines: [], comparisons: [], ledger: [], curves: [] };
    for (const { text } of csvFiles(nothing)) expect(rowsOf(text)).toHaveLength(1);
  });
});
