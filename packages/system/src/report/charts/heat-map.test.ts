// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sequential } from "../palette.ts";
import { binOf, heatScale } from "./heat-map.ts";

const percents = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1 });

describe("heatScale", () => {
  it("holds all values in no more bins than there are colours", () => {
    fc.assert(
      fc.property(percents, (values) => {
        const { start, step, numBins } = heatScale(values);
        expect(numBins).toBeLessThanOrEqual(sequential.length);
        expect(Math.min(...values)).toBeGreaterThanOrEqual(start);
        expect(Math.max(...values)).toBeLessThanOrEqual(start + numBins * step);
      }),
    );
  });

  it("has round edges and the narrowest bins that suffice", () => {
    expect(heatScale([9.7, 76.8])).toEqual({ start: 0, step: 15, numBins: 6 });
    expect(heatScale([12, 76.8])).toEqual({ start: 10, step: 10, numBins: 7 });
    expect(heatScale([71.2, 73.9])).toEqual({ start: 71, step: 0.5, numBins: 6 });
    expect(heatScale([50])).toEqual({ start: 50, step: 0.5, numBins: 1 });
  });
});

describe("binOf", () => {
  const scale = { start: 10, step: 10, numBins: 7 };

  it("gives an edge to the bin above it, the last one to the bin below", () => {
    expect([10, 19.99, 20, 79, 80].map((value) => binOf(value, scale))).toEqual([0, 0, 1, 6, 6]);
  });

  it("never falls as the value rises", () => {
    fc.assert(
      fc.property(percents, (values) => {
        const bins = values.toSorted((a, b) => a - b).map((value) => binOf(value, heatScale(values)));
        expect(bins).toEqual(bins.toSorted((a, b) => a - b));
      }),
    );
  });
});
