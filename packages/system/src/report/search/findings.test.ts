// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { SearchComparison, SearchResults } from "../../search/search-results.ts";
import {
  comparisonSentence,
  type FinalRow,
  finalRows,
  randomRows,
  searchFindings,
  signOf,
} from "./findings.ts";
import { syntheticSearch } from "./search-results.fixture.ts";

const results = syntheticSearch();

function rowOf(id: string, from: SearchResults = results): FinalRow {
  return finalRows(from).find(({ architecture }) => architecture.id === id)!;
}

describe("finalRows", () => {
  it("have the mean over seeds with the interval of Student's t", () => {
    // Mean of 0.756, 0.759, 0.757; s = sqrt((0.00133^2 + 0.00167^2 + 0.00033^2) / 2); t(0.975, 2) = 4.30265.
    const { value, interval, numSeeds } = rowOf("kdl-1");
    const halfWidth = (4.30265 * 0.0015275252) / Math.sqrt(3);
    expect(value).toBeCloseTo(0.757333333, 8);
    expect(interval!.low).toBeCloseTo(0.757333333 - halfWidth, 7);
    expect(interval!.high).toBeCloseTo(0.757333333 + halfWidth, 7);
    expect(numSeeds).toBe(3);
  });

  it("have no interval for a single seed", () => {
    expect(rowOf("random-0")).toMatchObject({ value: 0.722, interval: null, numSeeds: 1 });
  });

  it("count a failed run, and leave it out of the mean", () => {
    const [first, ...others] = results.finals;
    const failed = { ...first!, figures: {}, failure: "loss is not finite" };
    const row = rowOf("kdl-1", { ...results, finals: [failed, ...others] });
    expect(row.value).toBeCloseTo((0.759 + 0.757) / 2, 12);
    expect(row).toMatchObject({ numSeeds: 2, numFailed: 1 });
  });

  it("are ordered by the leading figure, one whose runs all failed at the end, without those that were not retrained", () => {
    const finals = results.finals.map((trial) => {
      return trial.architecture === "weight-0" ? { ...trial, figures: {}, failure: "died" } : trial;
    });
    const rows = finalRows({ ...results, finals });
    const values = rows.flatMap(({ value }) => value ?? []);
    expect(values).toEqual(values.toSorted((a, b) => b - a));
    expect(rows.at(-1)).toMatchObject({ value: null, interval: null, architecture: { id: "weight-0" } });
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

function sentence(minuend: string[], subtrahend: string[], low: number, high: number): string {
  const difference = { value: (low + high) / 2, low, high, n: 3 };
  const comparison: SearchComparison = { label: "a - b", minuend, subtrahend, difference, method: "made up" };
  return comparisonSentence(results, comparison).replaceAll("\u00a0", " ");
}

describe("signOf", () => {
  it("is decided by an interval without zero alone", () => {
    expect(signOf({ low: 0.001, high: 0.02 })).toBe("more");
    expect(signOf({ low: -0.02, high: -0.001 })).toBe("less");
    expect(signOf({ low: -0.001, high: 0.02 })).toBe("unclear");
    expect(signOf({ low: 0, high: 0.02 })).toBe("unclear");
  });
});

describe("what the search adds over random genotypes with the same selection", () => {
  const of = (low: number, high: number): string => sentence(["kdl-1"], ["random-best"], low, high);

  it("is added when the interval lies above zero", () => {
    expect(of(0.01, 0.02)).toBe(
      "The search adds +1.50 points [+1.00, +2.00] over the best random genotype by the same selection at equal total cost.",
    );
  });

  it("is taken away when it lies below", () => {
    expect(of(-0.02, -0.01)).toMatch(
      /^The search takes away: −1\.50 points \[−2\.00, −1\.00\] against the best/,
    );
  });

  it("is not shown when it contains zero, whatever the value", () => {
    expect(of(-0.001, 0.02)).toMatch(/^That the search adds anything over .* is not shown: \+0\.95 points/);
  });
});

describe("a comparison in words", () => {
  it("names groups by what they are", () => {
    const random = Array.from({ length: 8 }, (_, index) => `random-${index}`);
    expect(sentence(["kdl-1"], random, 0.01, 0.02)).toMatch(
      /^KDL-DARTS with selection beats the mean of 8 random genotypes: /,
    );
    expect(sentence(["kdl-1"], ["residual"], -0.02, -0.01)).toMatch(
      /^KDL-DARTS with selection falls behind Residual CNN, equal MACs: /,
    );
    expect(sentence(["kdl-2"], ["ce"], -0.02, 0.01)).toMatch(
      /^No difference between KDL-DARTS, epoch 7 and DARTS without KD is shown: /,
    );
  });
});

describe("searchFindings", () => {
  const findings = searchFindings(results).map((text) => text.replaceAll("\u00a0", " "));

  it("begin with what was chosen and what chance gives", () => {
    expect(findings[0]).toBe(
      "Chosen: KDL-DARTS, epoch 9, 13.9 M MACs, accuracy 75.7 % [75.4, 76.1] on the test set over 3 seeds.",
    );
    expect(findings[1]).toBe("8 random genotypes reach 73.9 % on average, from 72.2 % to 75.4 %.");
  });

  it("have a sentence for every comparison and every correlation", () => {
    expect(findings).toHaveLength(2 + results.comparisons.length + results.correlations.length);
  });

  it("say of a correlation whose interval contains zero that no common order is shown", () => {
    expect(findings.at(-2)).toBe(
      "First-round accuracy and final accuracy rank alike: Spearman 0.75 [0.30, 0.93], n = 12.",
    );
    expect(findings.at(-1)).toMatch(/^That one-shot accuracy and final accuracy rank alike is not shown/);
  });

  it("are empty for a search without finals", () => {
    const nothing = { ...results, finals: [], comparisons: [], correlations: [] };
    expect(searchFindings(nothing)).toEqual([]);
  });
});
