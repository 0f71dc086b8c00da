// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spreadLabels } from "./end-labels.ts";

const room = { gap: 5, low: 0, high: 100 };
const positions = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 15 });

describe("spreadLabels", () => {
  it("keeps the gap, the bounds and the order", () => {
    fc.assert(
      fc.property(positions, (wanted) => {
        const placed = spreadLabels(wanted, room);
        const order = wanted.map((_, i) => i).toSorted((a, b) => wanted[a]! - wanted[b]! || a - b);
        const sorted = order.map((index) => placed[index]!);
        sorted.slice(1).forEach((value, i) => expect(value - sorted[i]!).toBeGreaterThanOrEqual(5 - 1e-9));
        for (const value of sorted) expect(value).toBeGreaterThanOrEqual(-1e-9);
        for (const value of sorted) expect(value).toBeLessThanOrEqual(100 + 1e-9);
      }),
    );
  });

  it("does not move labels that have room", () => {
    expect(spreadLabels([50, 10, 90], room)).toEqual([50, 10, 90]);
  });

  it("centres a group on what it wants", () => {
    expect(spreadLabels([50, 50, 50], room)).toEqual([45, 50, 55]);
  });

  it("has nothing to place for nothing", () => {
    expect(spreadLabels([], room)).toEqual([]);
  });
});
