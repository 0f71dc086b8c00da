// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { SearchComparison } from "../../search/search-results.ts";
import { comparisonSentence, searchFindings, signOf } from "./findings.ts";
import { syntheticSearch } from "./search-results.fixture.ts";

const results = syntheticSearch();

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
      "Chosen: KDL-DARTS, epoch 9, 13.9 M MACs, 75.7 % [75.4, 76.1] of the test images over 3 seeds.",
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
