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
      "line,channel,num_symbols,cbr,es_no_db,accuracy,low,high,n,embedding_r2,identity_100,sir_db,sinr_db",
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
      "channel-uses": results.channelUses!.length,
      curves: results.curves.flatMap(({ points }) => points).length,
    });
  });

  it("has the parts of every channel use, their sum, and the ratio with all of them", () => {
    const file = csvFiles(results).find(({ name }) => name === "channel-uses");
    const [header, first] = rowsOf(file!.text);
    expect(header).toEqual(
      ["channel", "num_symbols", "num_pilots", "num_field_symbols", "num_prefix", "num_idle"].concat([
        "total",
        "cbr",
        "lines",
      ]),
    );
    expect(first).toEqual(["awgn", "4", "0", "2", "0", "0", "6", String(6 / 3072), "cat film-mlp"]);
  });

  it("has the ratios of signal, interference and noise where there is interference", () => {
    const [line] = results.lines;
    const points = line!.points.slice(0, 1).map((point) => ({ ...point, sinrDb: -1.5 }));
    const [, row] = rowsOf(linesCsv({ ...results, lines: [{ ...line!, sirDb: 3, points }] }));
    expect(row!.slice(-2)).toEqual(["3", "-1.5"]);
  });

  it("quotes commas, quotes and line ends", () => {
    const ledger = [{ part: 'a "b", c\nd', side: "device", params: 1, macs: 2 }] as const;
    const file = csvFiles({ ...results, ledger }).find(({ name }) => name === "ledger");
    expect(file?.text).toBe('part,side,params,macs,note\n"a ""b"", c\nd",device,1,2,\n');
  });

  it("is only a header where there is nothing", () => {
    const nothing = {
      ...results,
      clean: [],
      lines: [],
      comparisons: [],
      ledger: [],
      channelUses: [],
      curves: [],
    };
    for (const { text } of csvFiles(nothing)) expect(rowsOf(text)).toHaveLength(1);
  });
});
