// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { descrambleLlrs, goldSequence, scramble, scramblingInit } from "./scrambling.ts";

/** The recurrences of the standard, written out bit by bit. */
function goldByDefinition(init: number, length: number): number[] {
  const x1: number[] = Array.from({ length: 31 }, (_, i) => (i === 0 ? 1 : 0));
  const x2: number[] = Array.from({ length: 31 }, (_, i) => (init >>> i) & 1);
  for (let n = 0; n < 1600 + length; n++) {
    x1.push(x1[n + 3]! ^ x1[n]!);
    x2.push(x2[n + 3]! ^ x2[n + 2]! ^ x2[n + 1]! ^ x2[n]!);
  }
  return Array.from({ length }, (_, n) => x1[n + 1600]! ^ x2[n + 1600]!);
}

describe("goldSequence", () => {
  it("is the published sequence of receiver 120 in cell 17", () => {
    const init = scramblingInit({ rnti: 120, cell: 17 });
    expect([...goldSequence(init, 15)].join("")).toBe("011011010000111");
  });

  it("starts 1011 for the start value 162, as published", () => {
    expect([...goldSequence(162, 4)]).toEqual([1, 0, 1, 1]);
  });

  it("obeys the recurrences of the standard for every start value", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (init) => {
        expect([...goldSequence(init, 100)]).toEqual(goldByDefinition(init, 100));
      }),
      { numRuns: 20 },
    );
  });

  it("has as many ones as zeros, within 5 sigma of coin tosses", () => {
    const length = 20_000;
    const numOnes = goldSequence(12345, length).reduce((sum, bit) => sum + bit, 0);
    expect(Math.abs(numOnes - length / 2)).toBeLessThan(5 * Math.sqrt(length / 4));
  });

  it.each([-1, 2 ** 31, 1.5, NaN])("refuses the start value %d", (init) => {
    expect(() => goldSequence(init, 1)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  });

  it.each([-1, 1.5, NaN])("refuses the length %d", (length) => {
    expect(() => goldSequence(1, length)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  });
});

describe("scramblingInit", () => {
  it.each([
    { rnti: -1, cell: 0 },
    { rnti: 65_536, cell: 0 },
    { rnti: 1.5, cell: 0 },
    { rnti: 1, cell: 1024 },
    { rnti: 1, cell: NaN },
    { rnti: 1, cell: 0, codeword: 2 as 1 },
  ])("refuses %j", (options) => {
    expect(() => scramblingInit(options)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  });
});

describe("scrambling", () => {
  const bits = fc.uint8Array({ min: 0, max: 1, maxLength: 90 });

  it("is its own inverse", () => {
    fc.assert(
      fc.property(bits, (sent) => {
        const sequence = goldSequence(7, 30);
        expect(scramble(scramble(sent, sequence), sequence)).toEqual(sent);
      }),
    );
  });

  it("of bits is undone by turning the signs of their log-likelihood ratios", () => {
    fc.assert(
      fc.property(bits, (sent) => {
        const sequence = goldSequence(9, 30);
        const llrs = Float32Array.from(scramble(sent, sequence), (bit) => 1 - 2 * bit);
        expect([...descrambleLlrs(llrs, sequence)]).toEqual([...sent].map((bit) => 1 - 2 * bit));
      }),
    );
  });

  it("tells codewords and receivers apart", () => {
    expect(scramblingInit({ rnti: 3, cell: 5, codeword: 1 })).toBe(3 * 32768 + 16384 + 5);
  });
});
