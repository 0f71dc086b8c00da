// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { constellation, CONSTELLATION_NAMES, constellationNamed, modulate } from "./constellation.ts";

const bitsOf = (text: string): Uint8Array => Uint8Array.from(text, Number);

describe.each(CONSTELLATION_NAMES)("%s", (name) => {
  const { bitsPerSymbol, points } = constellation(name);
  const numPoints = 2 ** bitsPerSymbol;
  const distance = (i: number, j: number): number =>
    Math.hypot(points[2 * i]! - points[2 * j]!, points[2 * i + 1]! - points[2 * j + 1]!);

  it("has 2^m points of mean power 1 and mean 0", () => {
    expect(points.length).toBe(2 * numPoints);
    const power = points.reduce((sum, value) => sum + value ** 2, 0) / numPoints;
    expect(Math.abs(power - 1)).toBeLessThan(1e-6); // float32 coordinates
    expect(Math.abs(points.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-5);
  });

  it("is Gray: nearest points differ in one bit", () => {
    const pairs = Array.from(
      { length: numPoints ** 2 },
      (_, k) => [k % numPoints, Math.floor(k / numPoints)] as const,
    );
    const different = pairs.filter(([i, j]) => i !== j);
    const nearest = Math.min(...different.map(([i, j]) => distance(i, j)));
    for (const [i, j] of different.filter(([a, b]) => distance(a, b) < 1.01 * nearest)) {
      expect(Math.log2(i ^ j) % 1).toBe(0);
    }
  });

  it("is what modulate sends for the bits of each index, first bit highest", () => {
    const bits = Uint8Array.from({ length: numPoints * bitsPerSymbol }, (_, i) => {
      const bit = bitsPerSymbol - 1 - (i % bitsPerSymbol);
      return (Math.floor(i / bitsPerSymbol) >> bit) & 1;
    });
    expect(modulate(constellation(name), bits)).toEqual(points);
  });
});

describe("the mapping of 5G", () => {
  // TS 38.211, sections 5.1.3 to 5.1.6, worked by hand: (1 - 2 b0) (4 - (1 - 2 b2) (2 - (1 - 2 b4))) and so on.
  it.each([
    ["qpsk", "01", 2, 1, -1],
    ["16qam", "0000", 10, 1, 1],
    ["16qam", "1001", 10, -1, 3],
    ["16qam", "0110", 10, 3, -1],
    ["64qam", "000000", 42, 3, 3],
    ["64qam", "001000", 42, 5, 3],
    ["64qam", "000010", 42, 1, 3],
    ["64qam", "011111", 42, 7, -7],
    ["256qam", "00000000", 170, 5, 5],
    ["256qam", "10101010", 170, -15, 5],
    ["256qam", "00010001", 170, 5, 9],
  ] as const)("of %s sends %s to (1 / sqrt %i) (%i, %i)", (name, bits, norm, re, im) => {
    const symbol = modulate(constellation(name), bitsOf(bits));
    expect(symbol[0]).toBeCloseTo(re / Math.sqrt(norm), 6);
    expect(symbol[1]).toBeCloseTo(im / Math.sqrt(norm), 6);
  });

  it("leaves the imaginary axis of BPSK free: 0 is 1 and 1 is -1", () => {
    const symbols = modulate(constellation("bpsk"), bitsOf("01"));
    [1, 0, -1, 0].forEach((value, i) => {
      expect(symbols[i]).toBeCloseTo(value, 12);
    });
  });
});

describe("constellations", () => {
  it("are found by name, or not at all", () => {
    expect(constellationNamed("8psk").bitsPerSymbol).toBe(3);
    for (const find of [() => constellationNamed("32qam"), () => constellation("32qam" as "16qam")])
      expect(find).toThrow(expect.objectContaining({ code: "unknown-constellation" }));
  });

  it("take zeros and ones only", () => {
    expect(() => modulate(constellation("qpsk"), Uint8Array.of(0, 1, 0, 2))).toThrow("got 2 at index 3");
  });

  it("take whole symbols only", () => {
    expect(() => modulate(constellation("64qam"), new Uint8Array(7))).toThrow(
      "expected a multiple of 6 bits",
    );
  });
});
