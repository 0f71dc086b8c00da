// SPDX-License-Identifier: Apache-2.0
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editDistance, nearestOf } from "./nearest.ts";

const word = fc.string({ maxLength: 8 });

describe("editDistance", () => {
  it("is 0 exactly for equal words", () => {
    fc.assert(fc.property(word, word, (a, b) => (editDistance(a, b) === 0) === (a === b)));
  });

  it("is the same in both directions", () => {
    fc.assert(fc.property(word, word, (a, b) => editDistance(a, b) === editDistance(b, a)));
  });

  it("lies between the difference of the lengths and the longer length", () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });

  it.each([
    ["lengths", "lenghts", 1],
    ["seed", "seeed", 1],
    ["codec", "code", 1],
    ["cat", "kat", 1],
    ["kitten", "sitting", 3],
  ])("from %s to %s is %i", (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits);
  });
});

describe("nearestOf", () => {
  it("finds what was most likely meant", () => {
    expect(nearestOf("lenghts", ["channels", "lengths", "length"])).toBe("lengths");
    expect(nearestOf("esnodb", ["esNoDb", "seed"])).toBe("esNoDb");
  });

  it("finds nothing when nothing is near", () => {
    expect(nearestOf("zzz", ["seed", "data"])).toBeUndefined();
    expect(nearestOf("x", [])).toBeUndefined();
  });
});
