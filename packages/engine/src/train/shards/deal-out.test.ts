// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { input } from "../../graph/index.ts";
import { add, matmul } from "../../ops/index.ts";
import { dealOut, updateCost } from "./deal-out.ts";

const costs = fc.array(fc.integer({ min: 0, max: 1e6 }), { maxLength: 40 });
const numParts = fc.integer({ min: 1, max: 8 });

function totalsOf(items: readonly number[], parts: number): number[] {
  const totals = new Array<number>(parts).fill(0);
  dealOut(items, parts).forEach((part, item) => (totals[part]! += items[item]!));
  return totals;
}

describe("dealOut", () => {
  it("gives every item to one of the parts", () => {
    fc.assert(
      fc.property(costs, numParts, (items, parts) => {
        const partOf = dealOut(items, parts);
        expect(partOf).toHaveLength(items.length);
        expect(partOf.every((part) => part >= 0 && part < parts)).toBe(true);
      }),
    );
  });

  it("makes no part dearer than the mean and one item", () => {
    fc.assert(
      fc.property(costs, numParts, (items, parts) => {
        const totals = totalsOf(items, parts);
        const mean = totals.reduce((sum, total) => sum + total, 0) / parts;
        expect(Math.max(...totals)).toBeLessThanOrEqual(mean + Math.max(0, ...items));
      }),
    );
  });

  it("puts the dearest first, so that small items fill the gaps", () => {
    expect(totalsOf([1, 1, 1, 1, 4, 4], 2)).toEqual([6, 6]);
  });
});

describe("updateCost", () => {
  it("counts elements, and a sixteenth of the products of matrices", () => {
    const [a, b] = [input("a", [8, 32]), input("b", [32, 4])];
    expect(updateCost(100, { c: add(a, 1) })).toBe(100);
    expect(updateCost(100, { c: matmul(a, b) })).toBe(100 + (8 * 32 * 4) / 16);
  });
});
