// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { type CsvCell, csvFiles, csvTable } from "./csv.ts";
import { syntheticResults } from "./results.fixture.ts";
import type { Results } from "../results/results.ts";

const results = syntheticResults();

function rowsOf(text: string): string[][] {
  return text
    .trimEnd()
    .split("\n")
    .map((row) => row.split(","));
}

function fileNamed(name: string, of: Results = results): string[][] {
  return rowsOf(csvFiles(of).find((file) => file.name === name)!.text);
}

describe("lines.csv", () => {
  const [header, ...rows] = fileNamed("lines");

  it("has the names of the results file as columns", () => {
    expect(header?.join(",")).toBe(
      "line,channel,numSymbols,cbr,esNoDb,numPilots,sirDb,sinrDb,figure,value,low,high,n,method",
    );
  });

  it("has one row for every figure of every point, with the numbers unrounded", () => {
    const expected = results.lines.flatMap(({ id, channel, points }) =>
      points.flatMap(({ numSymbols, esNoDb, figures }) =>
        Object.entries(figures).map(([figure, { value, low, high, n }]) => {
          return [
            id,
            channel,
            String(numSymbols),
            String(esNoDb),
            figure,
            ...[value, low, high, n].map(String),
          ];
        }),
      ),
    );
    const found = rows.map((row) => [0, 1, 2, 4, 8, 9, 10, 11, 12].map((column) => row[column]));
    expect(found).toEqual(expected);
  });

  it("has pilots and the ratios of signal, interference and noise where there are any", () => {
    const [line] = results.lines;
    const points = line!.points.slice(0, 1).map((point) => ({ ...point, numPilots: 3, sinrDb: -1.5 }));
    const [, row] = fileNamed("lines", { ...results, lines: [{ ...line!, sirDb: 3, points }] });
    expect(row!.slice(5, 8)).toEqual(["3", "3", "-1.5"]);
  });
});

describe("csvFiles", () => {
  it("has every set of the results", () => {
    const counts = csvFiles(results).map(({ name, text }) => [name, rowsOf(text).length - 1]);
    expect(Object.fromEntries(counts)).toMatchObject({
      figures: 5,
      clean: 5,
      comparisons: 4,
      ledger: 5,
      "channel-uses": results.channelUses!.length,
      curves: results.curves.flatMap(({ points }) => points).length,
    });
  });

  it("leaves the interval of a value empty that has none", () => {
    const clean = csvFiles(results).find(({ name }) => name === "clean")!.text;
    expect(clean).toContain('student,"student, distilled",teacherR2,0.78,,,,\n');
  });

  it("has the parts of every channel use, their sum, and the ratio with all of them", () => {
    const [header, first] = fileNamed("channel-uses");
    expect(header?.join(",")).toBe(
      "channel,numSymbols,numPilots,numFieldSymbols,numPrefix,numIdle,total,cbr,lines",
    );
    expect(first).toEqual(["awgn", "4", "0", "2", "0", "0", "6", String(6 / 3072), "cat film-mlp"]);
  });

  it("quotes commas, quotes and line ends", () => {
    const ledger = [{ part: 'a "b", c\nd', side: "device", params: 1, macs: 2 }] as const;
    const file = csvFiles({ ...results, ledger }).find(({ name }) => name === "ledger");
    expect(file?.text).toBe('part,side,line,params,macs,note\n"a ""b"", c\nd",device,,1,2,\n');
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
    for (const { name, text } of csvFiles(nothing)) {
      if (name !== "figures") expect(rowsOf(text)).toHaveLength(1);
    }
  });
});

describe("csvTable", () => {
  const cellOf = (cell: CsvCell): string => csvTable(["a"], [[cell]]).slice(2, -1);

  it.each([
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@sum", "'@sum"],
    ["  =1", "'  =1"],
    ["\t=1", "'\\u0009=1"],
    ['=a,"b"', '"\'=a,""b"""'],
  ])("writes text that a spreadsheet would compute as text: %j", (text, written) => {
    expect(cellOf(text)).toBe(written);
  });

  it.each([-1.5, -1e-7, 0, 2e21])("writes the number %d as it is", (value) => {
    expect(cellOf(value)).toBe(String(value));
  });

  it("escapes control characters, and leaves other text alone", () => {
    expect(cellOf("a\u0007b\u001b[31m\u0085")).toBe("a\\u0007b\\u001b[31m\\u0085");
    expect(cellOf("rayleigh-block, ±0.5 °")).toBe('"rayleigh-block, ±0.5 °"');
    expect(cellOf("cat - film-mlp")).toBe("cat - film-mlp");
  });
});
