// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { bindShape, broadcastShapes, divideDims, normalizeAxis, productOf, sameShape } from "./dim.ts";

describe("symbolic sizes", () => {
  it("multiply into one canonical form, whatever the order", () => {
    expect(productOf([8, "batch", 2])).toBe("16*batch");
    expect(productOf(["batch", 16])).toBe("16*batch");
    expect(productOf(["tokens", "batch"])).toBe(productOf(["batch", "tokens"]));
    expect(productOf([])).toBe(1);
  });

  it("divide exactly, symbols included", () => {
    expect(divideDims("16*batch", 8, "test")).toBe("2*batch");
    expect(divideDims("16*batch", "batch", "test")).toBe(16);
    expect(() => divideDims("6*batch", 4, "test")).toThrow(
      /test: expected a size divisible by 4, got 6\*batch/,
    );
    expect(() => divideDims(8, "batch", "test")).toThrow(/divisible by batch/);
  });

  it("take their values from a binding and stay symbolic without one", () => {
    expect(bindShape(["batch", "8*batch", 3], { batch: 4 })).toEqual([4, 32, 3]);
    expect(bindShape(["batch", "tokens"], { batch: 4 })).toEqual([4, "tokens"]);
  });
});

describe("shapes", () => {
  it("broadcast from the last axis, 1 stretching", () => {
    expect(broadcastShapes("test", ["batch", 1, 4], [3, 1])).toEqual(["batch", 3, 4]);
    expect(broadcastShapes("test", [], ["batch"])).toEqual(["batch"]);
    expect(() => broadcastShapes("test", [2, 3], [4])).toThrow(/got \[2, 3\] and \[4\]/);
  });

  it("are the same only if every size is", () => {
    expect(sameShape(["batch", 2], ["batch", 2])).toBe(true);
    expect(sameShape(["batch", 2], [2, "batch"])).toBe(false);
  });

  it("count axes from either end", () => {
    expect(normalizeAxis("test", -1, 3)).toBe(2);
    expect(() => normalizeAxis("test", 3, 3)).toThrow(/axis 3 with rank 3/);
    expect(() => normalizeAxis("test", 0.5, 3)).toThrow(/axis 0.5/);
  });
});
