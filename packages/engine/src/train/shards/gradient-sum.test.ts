// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { rngFrom } from "../../random/index.ts";
import { addInto, averageInto, squaredNorm } from "./gradient-sum.ts";

const LENGTH = 40;
const vectors = (count: number): Float32Array[] =>
  Array.from({ length: count }, (_, index) => rngFrom(3).fold(index).normal(LENGTH));

describe("averageInto", () => {
  it.each([1, 2, 3, 5])("is the scaled sum of %i vectors, on the range alone", (count) => {
    const sources = vectors(count);
    const into = new Float32Array(12).fill(9);
    averageInto(into, sources, { from: 16, to: 26 }, 1 / (2 * count));
    for (let i = 0; i < 10; i++) {
      const sum = sources.reduce((total, source) => total + source[16 + i]!, 0);
      const size = sources.reduce((total, source) => total + Math.abs(source[16 + i]!), 0);
      // One rounding of at most 2^-24 of the partial sums for each vector, and one for the scale.
      expect(Math.abs(into[i]! - sum / (2 * count))).toBeLessThanOrEqual(
        ((count + 1) * size * 2 ** -24) / count,
      );
    }
    expect([...into.subarray(10)]).toEqual([9, 9]);
  });

  it("sums in the order of the sources", () => {
    const [big, small] = [Float32Array.of(2 ** 24), Float32Array.of(1)];
    const into = new Float32Array(1);
    averageInto(into, [big, small, small], { from: 0, to: 1 }, 1);
    expect(into[0]).toBe(2 ** 24); // each 1 is lost beside 2^24
    averageInto(into, [small, small, big], { from: 0, to: 1 }, 1);
    expect(into[0]).toBe(2 ** 24 + 2);
  });
});

describe("a sum that was begun before", () => {
  it.each([1, 2, 3, 4])("has the bits of one over all sources: the first %i", (count) => {
    const sources = vectors(5);
    const range = { from: 3, to: LENGTH };
    const [whole, parts] = [new Float32Array(LENGTH), new Float32Array(LENGTH)];
    averageInto(whole, sources, range, 1 / 5);
    const begun = sources[0]!.slice();
    for (const values of sources.slice(1, count)) addInto(begun, values);
    averageInto(parts, [begun, ...sources.slice(count)], range, 1 / 5);
    expect(parts).toEqual(whole);
  });

  it("rounds to float32 before it scales", () => {
    const into = new Float32Array(1);
    const [big, small] = [Float32Array.of(2 ** 24), Float32Array.of(1)];
    averageInto(into, [big, small], { from: 0, to: 1 }, 3);
    expect(into[0]).toBe(3 * 2 ** 24); // not the float32 nearest to 3 · (2^24 + 1)
  });
});

describe("addInto", () => {
  it("adds each element to its own", () => {
    const sum = Float32Array.of(1, 2, 3);
    addInto(sum, Float32Array.of(10, 20, 30));
    expect([...sum]).toEqual([11, 22, 33]);
  });
});

describe("squaredNorm", () => {
  it("is the sum of squares, in float64", () => {
    expect(squaredNorm(Float32Array.of(3, -4))).toBe(25);
    expect(squaredNorm(Float32Array.of(2 ** 13, 1, 2))).toBe(2 ** 26 + 5);
    expect(squaredNorm(new Float32Array(0))).toBe(0);
  });
});
