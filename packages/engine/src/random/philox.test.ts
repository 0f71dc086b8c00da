// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { fillPhilox, type PhiloxCounter, type PhiloxKey } from "./philox.ts";

function words(key: PhiloxKey, counter: PhiloxCounter, numWords: number): number[] {
  const out = new Uint32Array(numWords);
  fillPhilox(out, key, counter);
  return [...out];
}

/** One round written with arbitrary-precision integers, straight from the paper's definition. */
function philoxBlock(key: PhiloxKey, counter: PhiloxCounter): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const product0 = 0xd2511f53n * c0;
    const product1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [
      (product1 >> 32n) ^ c1 ^ k0,
      product1 & 0xffffffffn,
      (product0 >> 32n) ^ c3 ^ k1,
      product0 & 0xffffffffn,
    ];
    k0 = BigInt.asUintN(32, k0 + 0x9e3779b9n);
    k1 = BigInt.asUintN(32, k1 + 0xbb67ae85n);
  }
  return [c0, c1, c2, c3].map(Number);
}

describe("Philox4x32-10", () => {
  it("gives Random123's known answer for zeros", () => {
    const expected = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8];
    expect(words([0, 0], [0, 0, 0, 0], 4)).toEqual(expected);
  });

  it("gives Random123's known answer for all ones", () => {
    const ones = 0xffffffff;
    const expected = [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd];
    expect(words([ones, ones], [ones, ones, ones, ones], 4)).toEqual(expected);
  });

  it("gives Random123's known answer for the digits of pi", () => {
    const expected = [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1];
    const counter = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344] as const;
    expect(words([0xa4093822, 0x299f31d0], counter, 4)).toEqual(expected);
  });

  it("is the definition with arbitrary-precision products, for 500 keys and counters", () => {
    const inputs = words([1, 2], [3, 4, 5, 6], 6 * 500);
    for (let i = 0; i < inputs.length; i += 6) {
      const [k0, k1, c0, c1, c2, c3] = inputs.slice(i, i + 6) as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      expect(words([k0, k1], [c0, c1, c2, c3], 4)).toEqual(philoxBlock([k0, k1], [c0, c1, c2, c3]));
    }
  });

  it("gives the block of counter + b at words 4 b, and wraps the lowest counter word", () => {
    const long = words([7, 8], [0xfffffffe, 1, 2, 3], 16);
    const blocks = [0xfffffffe, 0xffffffff, 0, 1].flatMap((c0) => words([7, 8], [c0, 1, 2, 3], 4));
    expect(long).toEqual(blocks);
  });

  it("gives the same words for every length of the output", () => {
    const long = words([7, 8], [0, 1, 2, 3], 16);
    for (let length = 0; length < 16; length++) {
      expect(words([7, 8], [0, 1, 2, 3], length)).toEqual(long.slice(0, length));
    }
  });
});
