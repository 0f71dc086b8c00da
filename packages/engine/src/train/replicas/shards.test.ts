// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { input } from "../../graph/index.ts";
import { add, matmul } from "../../ops/index.ts";
import { dealOut, updateCost } from "./shards.ts";

const costs = fc.array(fc.integer({ min: 0, max: 1e6 }), { maxLength: 40 });
const numShards = fc.integer({ min: 1, max: 8 });

function totalsOf(items: readonly number[], shards: number): number[] {
  const totals = new Array<number>(shards).fill(0);
  dealOut(items, shards).forEach((shard, item) => (totals[shard]! += items[item]!));
  return totals;
}

describe("dealOut", () => {
  it("gives every item to one of the shards", () => {
    fc.assert(
      fc.property(costs, numShards, (items, shards) => {
        const shardOf = dealOut(items, shards);
        expect(shardOf).toHaveLength(items.length);
        expect(shardOf.every((shard) => shard >= 0 && shard < shards)).toBe(true);
      }),
    );
  });

  it("makes no shard dearer than the mean and one item", () => {
    fc.assert(
      fc.property(costs, numShards, (items, shards) => {
        const totals = totalsOf(items, shards);
        const mean = totals.reduce((sum, total) => sum + total, 0) / shards;
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
