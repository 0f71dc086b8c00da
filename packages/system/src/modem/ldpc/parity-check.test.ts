// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { baseGraph, type BaseGraphNumber, LIFTING_SIZES, liftingSet } from "./base-graph.ts";
import { encodeInPlace, type ParityCheck, parityCheck } from "./parity-check.ts";

/** Number of checks that a word breaks, from the base graph's entries alone. */
function numBrokenChecks(number: BaseGraphNumber, liftingSize: number, word: Uint8Array): number {
  const set = liftingSet(liftingSize);
  let numBroken = 0;
  for (const row of baseGraph(number).rows) {
    for (let lane = 0; lane < liftingSize; lane++) {
      let sum = 0;
      for (const { column, shifts } of row)
        sum ^= word[column * liftingSize + ((lane + shifts[set]!) % liftingSize)]!;
      numBroken += sum;
    }
  }
  return numBroken;
}

function randomWord({ graph, liftingSize, codewordLength }: ParityCheck, seed: number): Uint8Array {
  const word = new Uint8Array(codewordLength);
  word.set(rngFrom(seed).integers(graph.numSystematicColumns * liftingSize, 2));
  return word;
}

describe.each<BaseGraphNumber>([1, 2])("base graph %i", (number) => {
  it.each(LIFTING_SIZES)(
    "encodes to H c = 0 and keeps the information bits, lifting size %i",
    (liftingSize) => {
      const parity = parityCheck(number, liftingSize);
      const word = randomWord(parity, liftingSize);
      const sent = word.slice(0, parity.graph.numSystematicColumns * liftingSize);
      encodeInPlace(parity, word);
      expect(numBrokenChecks(number, liftingSize, word)).toBe(0);
      expect(word.subarray(0, sent.length)).toEqual(sent);
    },
  );

  it("is linear: the codeword of a sum is the sum of the codewords", () => {
    const parity = parityCheck(number, 15);
    const [a, b] = [randomWord(parity, 1), randomWord(parity, 2)];
    const sum = a.map((bit, i) => bit ^ b[i]!);
    for (const word of [a, b, sum]) encodeInPlace(parity, word);
    expect(sum).toEqual(a.map((bit, i) => bit ^ b[i]!));
  });
});

describe("parityCheck", () => {
  it.each([1, 17, 385, 2.5])("has no lifting size %d", (liftingSize) => {
    expect(() => parityCheck(1, liftingSize)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  });
});
