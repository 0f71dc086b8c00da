// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { SearchResults } from "../../search/search-results.ts";
import { type FinalRow, finalRows, randomRows } from "./final-accuracy.ts";
import { syntheticSearch } from "./search-results.fixture.ts";

const results = syntheticSearch();

function rowOf(id: string, from: SearchResults = results): FinalRow {
  return finalRows(from).find(({ architecture }) => architecture.id === id)!;
}

describe("finalRows", () => {
  it("have the mean over seeds with the interval of Student's t", () => {
    // Mean of 0.756, 0.759, 0.757; s = sqrt((0.00133^2 + 0.00167^2 + 0.00033^2) / 2); t(0.975, 2) = 4.30265.
    const { accuracy, interval, numSeeds } = rowOf("kdl-1");
    const halfWidth = (4.30265 * 0.0015275252) / Math.sqrt(3);
    expect(accuracy).toBeCloseTo(0.757333333, 8);
    expect(interval!.low).toBeCloseTo(0.757333333 - halfWidth, 7);
    expect(interval!.high).toBeCloseTo(0.757333333 + halfWidth, 7);
    expect(numSeeds).toBe(3);
  });

  it("have no interval for a single seed", () => {
    expect(rowOf("random-0")).toMatchObject({ accuracy: 0.722, interval: null, numSeeds: 1 });
  });

  it("count a failed run, and leave it out of the mean", () => {
    const [first, ...others] = results.finals;
    const failed = { ...first!, figures: {}, failure: "loss is not finite" };
    const row = rowOf("kdl-1", { ...results, finals: [failed, ...others] });
    expect(row.accuracy).toBeCloseTo((0.759 + 0.757) / 2, 12);
    expect(row).toMatchObject({ numSeeds: 2, numFailed: 1 });
  });

  it("are ordered by accuracy, one whose runs all failed at the end, without those that were not retrained", () => {
    const finals = results.finals.map((trial) => {
      return trial.architecture === "weight-0" ? { ...trial, figures: {}, failure: "died" } : trial;
    });
    const rows = finalRows({ ...results, finals });
    const accuracies = rows.flatMap(({ accuracy }) => accuracy ?? []);
    expect(accuracies).toEqual(accuracies.toSorted((a, b) => b - a));
    expect(rows.at(-1)).toMatchObject({ accuracy: null, interval: null, architecture: { id: "weight-0" } });
    expect(rows[0]).toMatchObject({ isChosen: true, architecture: { id: "kdl-1" } });
    expect(rows.some(({ architecture }) => architecture.id === "kdl-3")).toBe(false);
  });
});

describe("randomRows", () => {
  it("are the group that others are compared with, whatever selection found among further ones", () => {
    const ids = randomRows(results).map(({ architecture }) => architecture.id);
    expect(ids.toSorted()).toEqual(Array.from({ length: 8 }, (_, index) => `random-${index}`));
  });
});
