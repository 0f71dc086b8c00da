// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import type { BaseGraphNumber } from "./base-graph.ts";
import { checkGraph, type CheckGraph, roundsToKnow } from "./check-graph.ts";
import { encodeInPlace, parityCheck } from "./parity-check.ts";

const LIFTING_SIZE = 7;

function numBroken({ checkStart, bitOf }: CheckGraph, word: Uint8Array): number {
  let count = 0;
  for (let check = 0; check + 1 < checkStart.length; check++) {
    const bits = bitOf.subarray(checkStart[check], checkStart[check + 1]);
    count += bits.reduce((sum, bit) => sum ^ word[bit]!, 0);
  }
  return count;
}

describe.each<BaseGraphNumber>([1, 2])("the checks of base graph %i", (number) => {
  const parity = parityCheck(number, LIFTING_SIZE);
  const numSystematic = parity.graph.numSystematicColumns * LIFTING_SIZE;
  const numInfoBits = numSystematic - 17; // fillers in whole columns and in part of one
  const checks = checkGraph(parity, numInfoBits);
  const word = new Uint8Array(parity.codewordLength);
  word.set(rngFrom(6).integers(numInfoBits, 2));
  encodeInPlace(parity, word);

  it("hold for a codeword and have no fillers", () => {
    expect(numBroken(checks, word)).toBe(0);
    expect(checks.bitOf.every((bit) => bit < numInfoBits || bit >= numSystematic)).toBe(true);
    expect(checks.bitOf.length).toBeLessThan(parity.bitOf.length);
  });

  it("notice every single wrong bit", () => {
    for (let bit = 0; bit < word.length; bit++) {
      const isFiller = bit >= numInfoBits && bit < numSystematic;
      expect(numBroken(checks, word.with(bit, 1 - word[bit]!)) > 0).toBe(!isFiller);
    }
  });

  it("tell all bits at once, in rounds, or never, by what is received", () => {
    const all = Int32Array.from(word.keys());
    expect(roundsToKnow(checks, all)).toBe(0);
    expect(roundsToKnow(checks, all.subarray(2 * LIFTING_SIZE))).toBeGreaterThan(0);
    expect(roundsToKnow(checks, all.subarray(2 * LIFTING_SIZE))).toBeLessThan(20);
    expect(roundsToKnow(checks, all.subarray(2 * LIFTING_SIZE, numSystematic + LIFTING_SIZE))).toBe(Infinity);
  });
});
