// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { baseGraph, LIFTING_SIZES, liftingSet, selectBaseGraph } from "./base-graph.ts";

describe.each([
  // Digest of the standard's table as JSON rows [row, column, V_0, ..., V_7], by row and column.
  [1, 46, 68, 316, "add20af7c51c616ee2919997058f913364fd46748544a8e307a25d318888640c"],
  [2, 42, 52, 197, "c277b602c0ad2906ebd9aa52ac08fc080ecd59676f946e2693496a41017f26b6"],
] as const)("base graph %i", (number, numRows, numColumns, numEntries, digest) => {
  const { rows, ...graph } = baseGraph(number);

  it(`has ${numRows} rows, ${numColumns} columns and the ${numEntries} entries of the standard`, () => {
    const entries = rows.flatMap((row, r) => row.map(({ column, shifts }) => [r, column, ...shifts]));
    expect([rows.length, graph.numColumns, entries.length]).toEqual([numRows, numColumns, numEntries]);
    expect(createHash("sha256").update(JSON.stringify(entries)).digest("hex")).toBe(digest);
  });

  it("gives each row behind the core a parity bit of its own", () => {
    rows.slice(4).forEach((row, r) => {
      expect(row.at(-1)).toEqual({
        column: graph.numSystematicColumns + 4 + r,
        shifts: [0, 0, 0, 0, 0, 0, 0, 0],
      });
    });
  });
});

describe("selectBaseGraph", () => {
  it.each([
    [292, 0.95, 2],
    [293, 0.68, 1],
    [293, 0.67, 2],
    [3824, 0.67, 2],
    [3825, 0.67, 1],
    [8000, 0.25, 2],
    [8000, 0.26, 1],
  ])("of %i bits at code rate %d is %i", (numPayloadBits, codeRate, expected) => {
    expect(selectBaseGraph(numPayloadBits, codeRate)).toBe(expected);
  });
});

describe("selectBaseGraph and baseGraph", () => {
  const invalid: unknown = expect.objectContaining({ code: "invalid-argument" });

  it.each([
    [0, 0.5],
    [NaN, 0.5],
    [1.5, 0.5],
    [100, 0],
    [100, NaN],
  ])("refuse %d bits at code rate %d", (numPayloadBits, codeRate) => {
    expect(() => selectBaseGraph(numPayloadBits, codeRate)).toThrow(invalid);
  });

  it.each([0, 3, NaN])("have no base graph %d", (number) => {
    expect(() => baseGraph(number as 1)).toThrow(invalid);
  });
});

describe("lifting sizes", () => {
  // TS 38.212, table 5.3.2-1: the largest of each set.
  it.each([256, 384, 320, 224, 288, 352, 208, 240].map((largest, set) => [largest, set]))(
    "%i is the largest of set %i",
    (largest, set) => {
      const sizes = LIFTING_SIZES.filter((size) => liftingSet(size) === set);
      expect(sizes.at(-1)).toBe(largest);
      sizes.slice(1).forEach((size, i) => {
        expect(size).toBe(2 * sizes[i]!);
      });
    },
  );

  it("are 51, from 2 to 384, in order", () => {
    expect(LIFTING_SIZES).toHaveLength(51);
    expect(LIFTING_SIZES[0]).toBe(2);
    expect(LIFTING_SIZES).toEqual(LIFTING_SIZES.toSorted((a, b) => a - b));
  });

  it("are not all numbers", () => {
    expect([1, 17, 19, 25, 400].map(liftingSet)).toEqual([-1, -1, -1, -1, -1]);
  });
});
